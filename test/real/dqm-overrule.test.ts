import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FOUR_RUNS, writeCsv } from "../cli/dqm-data.ts";
import { cmswatch } from "../cli/run.ts";

// Every command opens and closes the folder's database: too slow for the everyday tests.
let folder: string;
const file = (name: string) => join(folder, name);
const dqm = (...words: readonly string[]) => cmswatch(["dqm", ...words]);
const json = async (name: string) => JSON.parse(await readFile(file(name), "utf8"));
const certify = (...words: readonly string[]) =>
  dqm("certify", "--model", file("model"), "--test", file("runs.csv"), "--out", file("golden.json"), ...words);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dqm-overrule-"));
  await writeCsv(file("runs.csv"), FOUR_RUNS, (run) => (run === 104 ? 0 : 1));
  await writeFile(file("config.yaml"), "store: { url: ./store }\n");
  await dqm("train", "--train", file("runs.csv"), "--model", file("model"));
});
afterAll(() => rm(folder, { recursive: true }));

test("a person's overrule is kept with name and reason and wins, until it is taken back", async () => {
  const config = ["--config", file("config.yaml")];
  await certify(...config);
  const said = await dqm(
    "overrule",
    "104",
    "--lumis",
    "2-3",
    "--status",
    "good",
    "--reason",
    "known shift",
    "--by",
    "eve",
    ...config,
  );
  expect(said.out).toMatch(/^Lumisections 2 to 3 of run 104 are GOOD now\. \(\w{8}\)$/m);
  await certify(...config);
  expect((await json("golden.json"))["104"]).toEqual([[2, 3]]);
  const shown = await dqm("show", "104", ...config, "--map", file("map.png"));
  expect(shown.code).toBe(1);
  expect(shown.out).toMatch(/^2-3 GOOD: known shift \(eve\)$/m);
  expect((await readFile(file("map.png"))).subarray(1, 4).toString()).toBe("PNG");
  const id = /\((\w{8})\)/.exec(said.out)?.[1] ?? "";
  expect((await dqm("revoke", id, ...config)).code).toBe(0);
  expect((await dqm("show", "104", ...config)).out).toMatch(/^1-12 BAD/m);
  expect((await dqm("show", ...config)).out).toMatch(/^104: 12 BAD\n103: 25 GOOD/);
  const wrong = await dqm("overrule", "104", "--lumis", "2", "--status", "fine", "--reason", "why not", ...config);
  expect(wrong).toMatchObject({ code: 2, err: expect.stringMatching(/"fine" is no status/) });
  expect(await dqm("show", "7", ...config)).toMatchObject({
    code: 2,
    err: expect.stringMatching(/was never judged/),
  });
}, 300_000);
