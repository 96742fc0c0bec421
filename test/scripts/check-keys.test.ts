import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { checkKeys } from "../../scripts/check-keys.ts";

const root = mkdtempSync(join(tmpdir(), "cmswatch-keys-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

test("objects that are read, written or asked by a text of run time are found, and others are not", () => {
  mkdirSync(join(root, "src"));
  writeFileSync(
    join(root, "tsconfig.json"),
    JSON.stringify({ compilerOptions: { strict: true, module: "nodenext", target: "es2023" }, include: ["src"] }),
  );
  writeFileSync(
    join(root, "src/sample.ts"),
    `export function sample(record: Record<string, number>, name: string, choice: "a" | "b", list: number[], at: number) {
  record[name] = 1;
  const read = record[name];
  const asked = name in record;
  delete record[name];
  const fixed = { a: 1, b: 2 }[choice];
  return [read, asked, fixed, list[at], record["known"]];
}
`,
  );
  expect(checkKeys(root).map((line) => line.split(":").slice(0, 2).join(":"))).toEqual([
    "src/sample.ts:2",
    "src/sample.ts:3",
    "src/sample.ts:4",
  ]);
});
