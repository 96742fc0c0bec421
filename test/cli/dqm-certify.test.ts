import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FOUR_RUNS, writeCsv } from "./dqm-data.ts";
import { cmswatch } from "./run.ts";

let folder: string;
const file = (name: string) => join(folder, name);
const dqm = (...words: readonly string[]) => cmswatch(["dqm", ...words]);
const json = async (name: string) => JSON.parse(await readFile(file(name), "utf8"));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dqm-certify-"));
  await writeCsv(file("runs.csv"), FOUR_RUNS, (run) => (run === 104 ? 0 : 1));
  await dqm("train", "--train", file("runs.csv"), "--model", file("model"));
});
afterAll(() => rm(folder, { recursive: true }));

const certify = (...words: readonly string[]) =>
  dqm("certify", "--model", file("model"), "--test", file("runs.csv"), "--out", file("golden.json"), ...words);

describe("cmswatch dqm certify", () => {
  test("writes good ranges, the reasons of all ranges beside them, and pictures", async () => {
    const { out, err, code } = await certify("--maps", file("maps"));
    expect([err, code]).toEqual(["", 0]);
    expect(out).toMatch(/^run 101: 25 GOOD\n.*run 104: 12 BAD\n$/s);
    expect(await json("golden.json")).toEqual({ 101: [[1, 25]], 102: [[1, 25]], 103: [[1, 25]] });
    expect((await json("golden.reasons.json"))["104"]).toEqual([
      { first: 1, last: 12, status: "BAD", reason: expect.stringMatching(/unlike certified runs in charge/), by: null },
    ]);
    expect((await readdir(file("maps"))).sort()).toEqual([
      "run-101.svg",
      "run-102.svg",
      "run-103.svg",
      "run-104-worst.svg",
      "run-104.svg",
    ]);
    expect(await readFile(file("maps/run-104-worst.svg"), "utf8")).toMatch(/^<svg/);
  });

  test("excluded ranges are not certified", async () => {
    await writeFile(file("off.json"), '{"101": [[1, 20]]}');
    await certify("--exclude", file("off.json"));
    expect((await json("golden.json"))["101"]).toEqual([[21, 25]]);
  });
});

describe("certification JSONs", () => {
  beforeAll(async () => {
    await writeFile(file("a.json"), '{"1": [[1, 10]], "2": [[5, 5]]}');
    await writeFile(file("b.json"), '{"1": [[8, 12]]}');
  });
  test.each([
    ["merge", '{"1": [[1, 12]],\n "2": [[5, 5]]}\n'],
    ["intersect", '{"1": [[8, 10]]}\n'],
    ["subtract", '{"1": [[1, 7]],\n "2": [[5, 5]]}\n'],
  ])("%s", async (operation, result) => {
    expect(await dqm(operation, file("a.json"), file("b.json"))).toMatchObject({ out: result, code: 0 });
  });

  test("go to a file, and a broken one is a mistake", async () => {
    expect((await dqm("merge", file("a.json"), "--out", file("c.json"))).out).toMatch(/11 lumisections of 2 runs/);
    expect(await json("c.json")).toEqual({ 1: [[1, 10]], 2: [[5, 5]] });
    await writeFile(file("d.json"), '{"1": [[3, 2]]}');
    expect(await dqm("merge", file("d.json"))).toMatchObject({
      code: 2,
      err: expect.stringMatching(/ends before it begins/),
    });
  });
});

test("cmswatch dqm propose names reference runs with the reason of each", async () => {
  const { out, code } = await dqm("propose", "--data", file("runs.csv"));
  expect(code).toBe(0);
  expect(out).toMatch(/^104 +– +12 +\d.*times as far/m);
  expect(out).toMatch(/^--runs 101,102,103$/m);
});
