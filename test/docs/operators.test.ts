import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { cmswatch } from "../cli/run.ts";
import { readBlocks } from "./blocks.ts";

const CHECKOUT = join(import.meta.dirname, "../..");
const DOCS = join(CHECKOUT, "docs");
const folder = mkdtempSync(join(tmpdir(), "cmswatch-operators-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const pages = readdirSync(DOCS).filter((name) => name.endsWith(".md"));
const read = (name: string) => readFileSync(join(DOCS, name), "utf8");
const operators = read("operators.md");

describe("docs/operators.md", () => {
  const configs = readBlocks(operators).filter(({ task }) => task === "config");

  it.each(configs.map(({ line, text }) => [line, text] as const))(
    "has a configuration that holds on line %i",
    (_, text) => {
      for (const [, name = ""] of text.matchAll(/File: ([\w/-]+)/g)) {
        mkdirSync(join(folder, dirname(name)), { recursive: true });
        writeFileSync(join(folder, name), "a-secret-of-the-test-0123456789\n");
      }
      const file = join(folder, "cmswatch.yaml");
      writeFileSync(file, text);
      expect(loadConfig(file, {}).prometheus.step).toBe(15_000);
    },
  );

  it("names only commands that exist", async () => {
    const words = new Set(
      pages.flatMap((page) => [...read(page).matchAll(/`cmswatch ([a-z][a-z-]*)/g)].map(([, word = ""]) => word)),
    );
    const known = new Set(
      [...(await cmswatch(["--help"])).out.matchAll(/^ {2}([a-z-]+)/gm)].map(([, word = ""]) => word),
    );
    expect(words.size).toBeGreaterThan(8);
    // `owners` is the worked example of a new command.
    expect([...words].filter((word) => !known.has(word) && word !== "owners")).toEqual([]);
  });
});

describe("docs", () => {
  it("link only to what exists, headings too", () => {
    const anchors = (text: string) =>
      [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) =>
        title
          .toLowerCase()
          .replace(/[^\w\s-]/g, "")
          .replace(/\s/g, "-"),
      );
    const broken = pages.flatMap((page) =>
      [...read(page).matchAll(/\]\((?!https?:)([^)\s]*)\)/g)].flatMap(([, link = ""]) => {
        const [path = "", anchor] = link.split("#");
        const target = path === "" ? join(DOCS, page) : join(DOCS, path);
        if (!existsSync(target)) {
          return [`${page}: ${link}`];
        }
        return anchor === undefined || anchors(readFileSync(target, "utf8")).includes(anchor)
          ? []
          : [`${page}: ${link}`];
      }),
    );
    expect(broken).toEqual([]);
  });
});
