import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { extname, join } from "node:path";
import { own } from "../alert/own.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};
const PAGES = join(import.meta.dirname, "pages");
const INDEX = "/assets/index.html";
/** Runs before the page is drawn, so it is no module. */
const CLASSIC = ["/assets/theme.js"];

/** A file of the dashboard, held in memory. */
export interface StaticFile {
  readonly type: string;
  readonly body: Buffer;
  readonly etag: string;
}

/** All files of the dashboard by their address: what is in pages/, and uPlot from its package. */
export function loadStatic(): ReadonlyMap<string, StaticFile> {
  const files = new Map<string, StaticFile>();
  for (const entry of readdirSync(PAGES, { recursive: true, encoding: "utf8" })) {
    if (own(TYPES, extname(entry)) !== undefined) {
      files.set(`/assets/${entry.replaceAll("\\", "/")}`, toFile(join(PAGES, entry)));
    }
  }
  const packages = createRequire(import.meta.url);
  files.set("/assets/uplot.js", toFile(packages.resolve("uplot/dist/uPlot.esm.js")));
  files.set("/assets/uplot.css", toFile(packages.resolve("uplot/dist/uPlot.min.css")));
  const page = files.get(INDEX);
  if (page !== undefined) {
    files.set(INDEX, {
      ...page,
      ...withTag(Buffer.from(announceModules(page.body.toString("utf8"), [...files.keys()]))),
    });
  }
  return files;
}

/** Names all modules in the page's head: the browser asks for them at once, not one level of imports after the other. */
function announceModules(html: string, paths: readonly string[]): string {
  const modules = paths.filter((path) => path.endsWith(".js") && !CLASSIC.includes(path));
  const links = modules.map((path) => `<link rel="modulepreload" href="${path}" />`);
  return html.replace("<!-- modules -->", links.join("\n    "));
}

function toFile(path: string): StaticFile {
  return { type: own(TYPES, extname(path)) ?? "application/octet-stream", ...withTag(readFileSync(path)) };
}

function withTag(body: Buffer): Pick<StaticFile, "body" | "etag"> {
  return { body, etag: `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"` };
}
