import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkImports } from "../../scripts/check-imports.ts";
import { IMPORT_RULES, MOST_FILES } from "../../scripts/import-rules.ts";

const folders = Object.keys(IMPORT_RULES);
const NESTED = ["planted.ts", "deep/planted.ts"];
let root: string;
let complaints: readonly string[];

/** A project of nothing but allowed and forbidden imports, judged by the real rules. */
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "cmswatch-imports-"));
  const plant = (path: string, text: string) => {
    mkdirSync(dirname(join(root, "src", path)), { recursive: true });
    writeFileSync(join(root, "src", path), text);
  };
  for (const folder of folders) {
    for (const file of NESTED) {
      const up = file.startsWith("deep/") ? "../.." : "..";
      const line = (other: string, at: number) =>
        at % 2 === 0
          ? `import type { X${at} } from "${up}/${other}/file.ts";`
          : `export const x${at} = import("${up}/${other}/file.ts");`;
      plant(`${folder}/${file}`, folders.map(line).join("\n"));
    }
  }
  plant("detect/io.ts", 'export { default } from "axios";\n');
  plant("grafana/a.ts", 'import type { B } from "./b.ts";\nexport type A = B;\n');
  plant("grafana/b.ts", 'import type { A } from "./a.ts";\nexport type B = A;\n');
  for (let file = 0; file <= MOST_FILES; file += 1) {
    plant(`bot/full/${file}.ts`, "export {};\n");
  }
  complaints = checkImports(root).map(({ text }) => text);
});
afterAll(() => rmSync(root, { recursive: true }));

describe("import rules", () => {
  it.each(folders.flatMap((folder) => NESTED.map((file) => [folder, file] as const)))(
    "%s/%s is refused every folder that it may not import, and no other",
    (folder, file) => {
      const refused = complaints.flatMap(
        (text) => text.match(`^src/${folder}/${file} imports src/(.+)/file.ts`)?.[1] ?? [],
      );
      const wanted = folders.filter((other) => other !== folder && !IMPORT_RULES[folder]?.may.includes(other));
      expect(refused.sort()).toEqual(wanted.sort());
    },
  );

  it("gives the reason with the refusal", () => {
    expect(complaints.find((text) => text.startsWith("src/prometheus/"))).toContain("a source only produces series");
  });

  it("refuses packages with I/O in the engine", () => {
    expect(complaints.find((text) => text.startsWith("src/detect/io.ts imports axios"))).toContain("does no I/O");
  });

  it("finds circles, those of types too", () => {
    expect(complaints).toContain("imports in a circle: src/grafana/a.ts, src/grafana/b.ts");
  });

  it("finds folders that are too full", () => {
    expect(complaints.find((text) => text.startsWith("src/bot/full has 26 files"))).toBeDefined();
  });

  it("refuses exceptions that are not needed any more", () => {
    const stale = complaints.filter((text) => text.includes("is not needed any more"));
    expect(stale.every((text) => text.startsWith("scripts/import-rules.ts: the exception"))).toBe(true);
  });

  it("has no complaint about this repository", () => {
    expect(checkImports(".")).toEqual([]);
  });
});
