import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOMS } from "../../scripts/room-rules.ts";

const rooms = Object.keys(ROOMS);
const NESTED = ["planted.ts", "deep/planted.ts"];
let folder: string;
let complaints: readonly { path: string; line: number; message: string }[];

/** A project of nothing but forbidden and allowed imports, each on its own line, judged by the real rules. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "cmswatch-rooms-"));
  const settings = JSON.parse(readFileSync("biome.json", "utf8")) as Record<string, unknown>;
  writeFileSync(join(folder, "biome.json"), JSON.stringify({ ...settings, vcs: { enabled: false } }));
  for (const room of rooms) {
    for (const file of NESTED) {
      const path = join(folder, "src", room, file);
      const up = file.startsWith("deep/") ? "../.." : "..";
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, rooms.map((other) => `export { x as ${other} } from "${up}/${other}/file.ts";\n`).join(""));
    }
  }
  writeFileSync(join(folder, "src/detect/io.ts"), 'export { x } from "axios";\n');
  const result = spawnSync(
    resolve("node_modules/.bin/biome"),
    ["lint", "--only=style/noRestrictedImports", "--reporter=json", "--max-diagnostics=none", "."],
    { cwd: folder, encoding: "utf8" },
  );
  const report = JSON.parse(result.stdout) as {
    diagnostics: { location: { path: string; start: { line: number } }; message: string }[];
  };
  complaints = report.diagnostics.map(({ location, message }) => ({
    path: location.path,
    line: location.start.line,
    message,
  }));
}, 30_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe("room rules", () => {
  it.each(rooms.flatMap((room) => NESTED.map((file) => [room, file] as const)))(
    "%s/%s is refused every room it may not import, and no other",
    (room, file) => {
      const refused = complaints
        .filter(({ path }) => path.endsWith(`src/${room}/${file}`))
        .map(({ line }) => rooms[line - 1]);
      expect(refused.sort()).toEqual(
        rooms.filter((other) => other !== room && !ROOMS[room]?.may.includes(other)).sort(),
      );
    },
  );

  it("gives the reason with the refusal", () => {
    expect(complaints.find(({ path }) => path.includes("src/tickets/"))?.message).toContain(
      "a source only produces alerts",
    );
  });

  it("refuses packages with I/O in detect", () => {
    expect(complaints.find(({ path }) => path.endsWith("detect/io.ts"))?.message).toContain("does no I/O");
  });

  it("is written from the one table of rooms", () => {
    expect(() => execFileSync("node_modules/.bin/tsx", ["scripts/rooms.ts", "--check"])).not.toThrow();
  });
});
