import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { storageNames, toEvent, transferStream } from "../../src/demo/transfers/generator.ts";
import type { TransferEvaluation } from "../../src/transfers/files/evaluate.ts";
import { readTransfers } from "../../src/transfers/files/transfer-file.ts";
import { sharedData } from "../shared-data.ts";
import { RAW, START } from "../transfers/model/samples.ts";
import { cmswatch } from "./run.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cmswatch-transfers-"));
});
afterEach(() => rm(folder, { recursive: true }));

const path = (name: string) => join(folder, name);
const lines = async (name: string) => (await readFile(path(name), "utf8")).trimEnd().split("\n");

function events(count: number): Record<string, unknown>[] {
  const found = [];
  for (const transfer of transferStream({ seed: 3, start: START, rate: 2, sites: 8 })) {
    found.push(toEvent(transfer));
    if (found.length === count) {
      break;
    }
  }
  return found;
}

function csv(rows: readonly Record<string, unknown>[]): string {
  const header = Object.keys(RAW);
  return `${[header, ...rows.map((row) => header.map((name) => row[name] ?? ""))].map((cells) => cells.join(",")).join("\n")}\n`;
}

const json = (rows: readonly Record<string, unknown>[]) => `${rows.map((row) => JSON.stringify(row)).join("\n")}\n`;

describe("cmswatch transfers", () => {
  it("trains, saves, and scores a file row by row, the same from CSV and NDJSON, zipped or not", async () => {
    const all = events(260);
    await writeFile(path("A.csv"), csv(all.slice(0, 200)));
    await writeFile(path("B.csv.gz"), gzipSync(csv(all.slice(200))));
    await writeFile(path("B.ndjson"), json(all.slice(200)));
    const trained = await cmswatch(["transfers", "train", "--train", path("A.csv"), "--model-dir", path("m")]);
    expect(trained).toMatchObject({ code: 0, err: "" });
    expect(trained.out).toContain("shrinkage: learnt from 200 of 200 transfers");
    const scored = ["--model-dir", path("m"), "--quantiles", "0.5"];
    await cmswatch(["transfers", "score", ...scored, "--test", path("B.csv.gz"), "--out", path("p.csv")]);
    await cmswatch(["transfers", "score", ...scored, "--test", path("B.ndjson"), "--out", path("q.csv")]);
    const written = await lines("p.csv");
    expect(written[0]).toBe("predicted_seconds,lower,upper,score,q0.5");
    expect(written).toHaveLength(61);
    expect(await lines("q.csv")).toEqual(written);
  });

  it("keeps a row for each row, empty where it is no transfer, and says what was wrong", async () => {
    await writeFile(path("A.csv"), csv(events(100)));
    const odd = [
      RAW,
      RAW,
      { ...RAW, bytes: 0 },
      { ...RAW, duration: -4 },
      { ...RAW, duration: "", transferred_at: "" },
    ];
    await writeFile(path("B.csv"), csv(odd));
    const options = ["--train", path("A.csv"), "--test", path("B.csv"), "--out", path("p.csv")];
    const { out, code } = await cmswatch(["transfers", "score", ...options]);
    const rows = (await lines("p.csv")).slice(1);
    expect(code).toBe(0);
    expect(rows.map((row) => row === ",,,")).toEqual([false, false, false, true, false]);
    expect(rows[4]).toMatch(/^[\d.]+,[\d.]+,[\d.]+,$/);
    for (const what of ["duplicate: 1", "zero bytes: 1", "negative duration: 1"]) {
      expect(out).toContain(what);
    }
  });

  it.each([
    ["columns missing: bytes, dst-rse", "submitted_at,delay,src-rse\n1,2,3\n"],
    ["no rows", "submitted_at,delay,src-rse,bytes,dst-rse\n"],
    [
      "0 of 1 transfers can be learnt from (no duration: 1)",
      "submitted_at,delay,src-rse,bytes,dst-rse\n2026-01-01 00:00:00,2,A,1,B\n",
    ],
    ["is not CSV", 'submitted_at,delay,src-rse,bytes,dst-rse\n"2026'],
  ])("says %s, and exits with 2", async (what, text) => {
    await writeFile(path("A.csv"), text);
    const { err, code } = await cmswatch(["transfers", "train", "--train", path("A.csv"), "--model-dir", path("m")]);
    expect(err).toContain(what);
    expect(code).toBe(2);
  });

  it.each([
    [["score", "--test", "x.csv", "--out", "y.csv"], "nothing to learn from"],
    [["score", "--test", "x.csv", "--out", "y.csv", "--model-dir", "none"], "no model"],
    [["score", "--test", "x.csv", "--out", "y.csv", "--train", "none.csv"], "no such file"],
    [["score", "--test", "x.csv", "--out", "y.csv", "--train", "z.csv", "--quantiles", "1"], "are not quantiles"],
    [["top", "--test", "x.csv", "--train", "y.csv", "--rate", "2"], "is not a share"],
    [["evaluate", "--data", "x.csv", "--fit", "few"], "is not a number of rows"],
    [["evaluate", "--data", "x.csv", "--model", "oracle"], 'no model "oracle"'],
  ] as const)("%j fails: %s", async (words, what) => {
    const { err, code } = await cmswatch(["transfers", ...words]);
    expect(err).toContain(what);
    expect(code).toBe(2);
  });

  it("shows what is slow and the slowest single ones, of a site when asked, and exits with 1", async () => {
    const [a = "", b = ""] = storageNames(8);
    const faults = [{ from: START + 800, until: START + 2000, link: `${a} → ${b}`, slower: 12 }];
    const found = [];
    for (const transfer of transferStream({ seed: 3, start: START, rate: 2, sites: 8, faults })) {
      found.push(toEvent(transfer));
      if (found.length === 3000) {
        break;
      }
    }
    await writeFile(path("A.ndjson"), json(found.slice(0, 1400)));
    await writeFile(path("B.ndjson"), json(found.slice(1400)));
    const words = ["transfers", "top", "--train", path("A.ndjson"), "--test", path("B.ndjson")];
    const all = await cmswatch([...words, "--most", "3"]);
    expect(all.code).toBe(1);
    expect(all.out).toContain(`Transfers ${a} → ${b} take`);
    expect(all.out).toMatch(/ended +link +activity/);
    const one = await cmswatch([...words, "--site", "T9_XX_None", "--json"]);
    expect(JSON.parse(one.out)).toMatchObject({ open: [], closed: [], top: [] });
    expect(one.code).toBe(0);
  });

  it("judges beside constants and neighbours", async () => {
    await writeFile(path("A.csv"), csv(events(300)));
    const { out, code } = await cmswatch([
      "transfers",
      "evaluate",
      "--data",
      path("A.csv"),
      "--fit",
      "200",
      "--model",
      "shrinkage",
    ]);
    expect(code).toBe(0);
    expect(out).toMatch(/200 transfers teach, \d+ are judged/);
    expect(out).not.toContain("NaN");
    for (const name of ["constant 20 s", "5 nearest by link, size and time", "shrinkage"]) {
      expect(out).toContain(`| ${name} |`);
    }
    expect(out).not.toContain("column prediction");
  });
});

describe("readTransfers", () => {
  const read = async (text: string) => {
    const found = [];
    for await (const each of readTransfers("-", Readable.from([text]))) {
      found.push(each);
    }
    return found;
  };

  it("takes events from their envelopes, and goes on after a broken line", async () => {
    const found = await read(
      '{"a":1}\n{"_source":{"a":2}}\n{"event_type":"transfer-failed","payload":{"a":3}}\n{"a":\n\n[1]\n{"a":4}\n',
    );
    expect(found).toEqual([
      { line: 1, raw: { a: 1 }, problem: null },
      { line: 2, raw: { a: 2 }, problem: null },
      { line: 3, raw: { a: 3, event_type: "transfer-failed" }, problem: null },
      { line: 4, raw: null, problem: "not JSON" },
      { line: 6, raw: null, problem: "not a JSON object" },
      { line: 7, raw: { a: 4 }, problem: null },
    ]);
  });
});

const file = sharedData("transfers", "transfers-dev.csv");

describe.skipIf(file === null)(
  "the published predictions of 1,200 transfers (skipped without the development data)",
  () => {
    it("are beaten on all measures at once, with an interval that holds", async () => {
      const words = [
        "transfers",
        "evaluate",
        "--data",
        file ?? "",
        "--fit",
        "800",
        "--judge",
        "400",
        "--model",
        "shrinkage",
        "--json",
      ];
      const { models }: TransferEvaluation = JSON.parse((await cmswatch(words)).out);
      const ours = models.find(({ name }) => name === "shrinkage");
      expect(models).toHaveLength(5);
      for (const { name, accuracy } of models.filter((model) => model !== ours)) {
        expect([name, ours?.accuracy.within180]).toEqual([
          name,
          expect.toSatisfy((share: number) => share > accuracy.within180),
        ]);
        expect(ours?.accuracy.meanError).toBeLessThan(accuracy.meanError);
        expect(ours?.accuracy.medianError).toBeLessThan(accuracy.medianError);
      }
      expect(ours?.accuracy.withinFactor2).toBeGreaterThan(0.74);
      expect(ours?.accuracy.rmsle).toBeLessThan(0.7);
      expect(ours?.intervals?.coverage).toBeGreaterThan(0.88);
      expect(ours?.intervals?.coverage).toBeLessThan(0.92);
    });
  },
);
