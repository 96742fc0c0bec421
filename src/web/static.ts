import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { own } from "../alert/own.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};
/** Bundled by `npm run build`; beside this file once it is compiled, else in dist/ of the checkout. */
const PAGES = import.meta.filename.endsWith(".ts")
  ? join(import.meta.dirname, "..", "..", "dist", "web", "pages")
  : join(import.meta.dirname, "pages");

/** A file of the dashboard, held in memory. */
export interface StaticFile {
  readonly type: string;
  readonly body: Buffer;
  readonly etag: string;
}

/** All files of the dashboard by their address. */
export function loadStatic(): ReadonlyMap<string, StaticFile> {
  const files = existsSync(PAGES) ? readdirSync(PAGES, { recursive: true, encoding: "utf8" }) : [];
  return new Map(
    files
      .filter((entry) => own(TYPES, extname(entry)) !== undefined)
      .map((entry) => [`/assets/${entry.replaceAll("\\", "/")}`, toFile(join(PAGES, entry))]),
  );
}

function toFile(path: string): StaticFile {
  return { type: own(TYPES, extname(path)) ?? "application/octet-stream", ...withTag(readFileSync(path)) };
}

function withTag(body: Buffer): Pick<StaticFile, "body" | "etag"> {
  return { body, etag: `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"` };
}
