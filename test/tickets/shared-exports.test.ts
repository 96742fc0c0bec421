import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { UserError } from "../../src/alert/user-error.ts";
import { type Collection, collect } from "../../src/tickets/collect.ts";
import { printGgus } from "../../src/tickets/ggus/print.ts";
import { readFileBytes } from "../../src/tickets/read-file.ts";
import { requireSystem } from "../../src/tickets/systems.ts";
import { sharedData } from "../shared-data.ts";

const folder = sharedData("tickets");
const skipped = folder === null ? " (skipped: the development data is not here)" : "";

function read(file: string): Promise<Collection> {
  const path = join(folder ?? "", file);
  const system = requireSystem(/ssb/.test(file) ? "ssb" : /zammad/.test(file) ? "helpdesk" : "ggus");
  const format = /xml/.test(file) ? "xml" : system.formats[0];
  return collect(system.parse(readFileBytes(path, 100_000_000), { format, where: file }), file, system.repeats);
}

describe.skipIf(folder === null)(`exports of the development data${skipped}`, () => {
  it.each([
    ["ggus-tickets.csv", "ggus-tickets.expected.json"],
    ["ggus-tickets.comma.csv", "ggus-tickets.comma.expected.json"],
    ["ggus-tickets.xml", "ggus-tickets.expected.json"],
  ])("%s gives exactly the expected list", async (file, expected) => {
    const { tickets, problems } = await read(file);
    expect(problems).toEqual([]);
    expect(tickets.map(printGgus)).toEqual(JSON.parse(readFileSync(join(folder ?? "", expected), "utf8")));
  });

  it("reads every page of the helpdesk and all outages without a problem", async () => {
    const counts: number[] = [];
    for (const page of [1, 2, 3, 4, 5, 6]) {
      const { tickets, problems } = await read(`zammad-tickets.page${page}.json`);
      expect(problems).toEqual([]);
      counts.push(tickets.length);
    }
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(145);
    expect(counts.at(-1)).toBe(0);
    expect((await read("ssb-outages.json")).tickets).toHaveLength(60);
    expect(await read("ssb-empty.json")).toMatchObject({ tickets: [], isWhole: true });
    await expect(read("ssb-error.json")).rejects.toThrow(UserError);
  });

  const hostile =
    folder === null ? [] : readdirSync(join(folder, "hostile")).filter((file) => file !== "manifest.json");
  it.each(hostile)("hostile %s gives good records with a report, or one clear error", async (file) => {
    const manifest = JSON.parse(readFileSync(join(folder ?? "", "hostile/manifest.json"), "utf8")) as Record<
      string,
      { good_rows?: number; good_ids?: number[]; distinct_ids?: number }
    >;
    const expected = manifest[file] ?? {};
    let found: Collection;
    try {
      found = await read(join("hostile", file));
    } catch (error) {
      expect(error).toBeInstanceOf(UserError);
      expect(expected).not.toHaveProperty("good_rows");
      expect(expected).not.toHaveProperty("good_ids");
      return;
    }
    expect(found.tickets.length).toBe(
      expected.good_rows ?? expected.good_ids?.length ?? expected.distinct_ids ?? found.tickets.length,
    );
    if (expected.good_ids !== undefined) {
      expect(found.tickets.map(({ id }) => Number(id))).toEqual(expected.good_ids);
    }
    const texts = JSON.stringify(found.tickets);
    expect(texts.includes("root:")).toBe(false);
    for (const { reason, line, place } of found.problems) {
      expect(reason).not.toBe("");
      expect(line ?? place).not.toBeNull();
    }
  });
});
