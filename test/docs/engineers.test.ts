import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Block, readBlocks } from "./blocks.ts";

const CHECKOUT = join(import.meta.dirname, "../..");
const blocks = readBlocks(readFileSync(join(CHECKOUT, "docs/engineers.md"), "utf8"));
const runs = blocks.filter(({ task }) => task === "run");

describe("docs/engineers.md", () => {
  let copy = "";
  beforeAll(() => {
    copy = copyOfTheCode();
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  it("has a worked example for a ticket system, a detector, a stage and a command", () => {
    const files = blocks.filter(({ task }) => task === "file").map(({ what }) => dirname(what));
    expect(files).toEqual(["src/tickets/workshop", "src/detect/models", "src/intelligence/stages", ".", "src/cli"]);
  });

  it("has examples that fit into the code as it is, and that the compiler accepts", { timeout: 120_000 }, () => {
    for (const block of blocks) {
      apply(copy, block);
    }
    const compiler = join(CHECKOUT, "node_modules/typescript/bin/tsc");
    const { status, stdout } = spawnSync(process.execPath, [compiler, "-p", ".", "--noEmit"], {
      cwd: copy,
      encoding: "utf8",
    });
    expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
  });

  it.each(runs.map(({ line, text }) => [line, text] as const))(
    "runs what stands on line %i",
    { timeout: 60_000 },
    (_, text) => {
      const { status, stdout, stderr } = spawnSync("sh", ["-euc", text], {
        cwd: copy,
        encoding: "utf8",
        env: { ...process.env, PATH: `${join(copy, "bin")}:${process.env["PATH"]}`, NO_COLOR: "1" },
      });
      expect({ status, stderr: status === 0 ? "" : stderr, said: status === 0 ? "" : stdout }).toEqual({
        status: 0,
        stderr: "",
        said: "",
      });
      if (text.includes("rehearsal")) {
        expect(stdout).toBe("info because its summary says that it is a rehearsal\n");
      }
    },
  );
});

/** src/ and what is needed to compile and start it, with `cmswatch` and `tsx` as commands. */
function copyOfTheCode(): string {
  const folder = mkdtempSync(join(tmpdir(), "cmswatch-docs-"));
  cpSync(join(CHECKOUT, "src"), join(folder, "src"), { recursive: true });
  cpSync(join(CHECKOUT, "package.json"), join(folder, "package.json"));
  symlinkSync(join(CHECKOUT, "docs"), join(folder, "docs"));
  symlinkSync(join(CHECKOUT, "node_modules"), join(folder, "node_modules"));
  const { compilerOptions } = JSON.parse(readFileSync(join(CHECKOUT, "tsconfig.json"), "utf8")) as {
    compilerOptions: object;
  };
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ compilerOptions, include: ["src", "*.ts"], exclude: ["src/web/pages", "src/demo/browser"] }),
  );
  const tsx = `"${process.execPath}" --import "${join(CHECKOUT, "node_modules/tsx/dist/loader.mjs")}"`;
  mkdirSync(join(folder, "bin"));
  for (const [name, program] of [["cmswatch", `${tsx} "${folder}/src/main.ts"`] as const, ["tsx", tsx] as const]) {
    writeFileSync(join(folder, "bin", name), `#!/bin/sh\nexec ${program} "$@"\n`);
    chmodSync(join(folder, "bin", name), 0o755);
  }
  return folder;
}

function apply(copy: string, { task, what, text, line }: Block): void {
  if (task === "file") {
    mkdirSync(dirname(join(copy, what)), { recursive: true });
    writeFileSync(join(copy, what), text);
  } else if (task === "replace") {
    const [, file = "", old = ""] = /^in (\S+): (.*)$/.exec(what) ?? [];
    const before = readFileSync(join(copy, file), "utf8");
    expect([`line ${line}: ${file}`, before.split(old).length]).toEqual([`line ${line}: ${file}`, 2]);
    writeFileSync(join(copy, file), before.replace(old, text.trimEnd()));
  }
}
