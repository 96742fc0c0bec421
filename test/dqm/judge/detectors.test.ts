import { beforeAll, describe, expect, test } from "vitest";
import { sealJson } from "../../../src/alert/sealed.ts";
import { seededRandom } from "../../../src/detect/math/random.ts";
import { findShapeDetector, SHAPE_DETECTORS } from "../../../src/dqm/judge/detectors/registry.ts";
import { fitHistogram, type HistogramModel } from "../../../src/dqm/judge/model.ts";
import { collectReferences, mergeReferences, type ReferenceSet } from "../../../src/dqm/judge/references.ts";
import { fitDqm, loadDqm, saveDqm } from "../../../src/dqm/judge/saved.ts";
import { relativeSpread } from "../../../src/dqm/judge/spread.ts";
import { drawn, hill, histogram, lumisectionsOf } from "./synthetic.ts";

const GOOD_RUNS = [
  { run: 1, lumis: 30, shift: 0 },
  { run: 2, lumis: 30, shift: 0.3 },
  { run: 3, lumis: 30, shift: -0.3 },
];
const CHEAP = SHAPE_DETECTORS.map(({ name }) => name).filter((name) => name !== "autoencoder" && name !== "entries");
let set: ReferenceSet;
const models = new Map<string, HistogramModel>();

function referencesTo(runs: readonly Parameters<typeof lumisectionsOf>[0][]): ReferenceSet {
  const references = collectReferences(1);
  for (const one of runs.flatMap(lumisectionsOf)) {
    references.add(one);
  }
  return references.sets()[0] as ReferenceSet;
}

beforeAll(async () => {
  set = referencesTo(GOOD_RUNS);
  for (const name of CHEAP) {
    models.set(name, await fitHistogram(findShapeDetector(name), set, 1));
  }
});

describe.each(CHEAP)("%s", (name) => {
  const score = (counts: Float64Array) =>
    (models.get(name)?.score(counts) ?? Number.NaN) / (models.get(name)?.threshold ?? 1);

  test("calls a shifted shape bad and an ordinary one of a new run good", () => {
    const random = seededRandom(9);
    expect(score(drawn(hill(4), 50_000, random))).toBeGreaterThan(1);
    expect(score(drawn(hill(0.2), 50_000, random))).toBeLessThan(1);
  });

  test("says nothing of an empty histogram", () => {
    expect(score(new Float64Array(40))).toBeNaN();
  });

  test("gives the same for the same references and seed", async () => {
    const again = await fitHistogram(findShapeDetector(name), set, 1);
    const counts = drawn(hill(1), 50_000, seededRandom(3));
    expect(again.score(counts) / again.threshold).toBe(score(counts));
  });
});

describe.each(["default", "pull", "beta-binomial", "ks", "pca"])("entries are no evidence for %s", (name) => {
  test("an ordinary lumisection stays good when its counts are multiplied, and a bad one bad", () => {
    const model = models.get(name) as HistogramModel;
    const [good, bad] = [0.2, 4].map((shift) => drawn(hill(shift), 50_000, seededRandom(5)));
    for (const factor of [0.1, 0.5, 2, 10, 1000]) {
      expect(model.score((good as Float64Array).map((count) => count * factor))).toBeLessThan(model.threshold);
      expect(model.score((bad as Float64Array).map((count) => count * factor))).toBeGreaterThan(model.threshold);
    }
  });

  test("more entries than usual change no score by more than 10 %", () => {
    const model = models.get(name) as HistogramModel;
    const counts = drawn(hill(1), 60_000, seededRandom(6));
    const factor = 7;
    expect(model.score(counts.map((count) => count * factor)) / model.score(counts)).toBeCloseTo(1, 1);
  });
});

test("the mean squared pull of ordinary lumisections does not depend on their entries", () => {
  const model = models.get("pull") as HistogramModel;
  const random = seededRandom(8);
  const mean = (entries: number) =>
    Array.from({ length: 40 }, () => model.score(drawn(hill(), entries, random))).reduce(
      (sum, one) => sum + one / 40,
      0,
    );
  for (const entries of [500, 5000, 50_000, 500_000]) {
    expect(mean(entries)).toBeLessThan(1.6);
  }
});

test("the spread between runs is a prior at first and what runs show later", () => {
  const alike = Array.from({ length: 30 }, (_, at) => ({ run: at + 1, lumis: 4, entries: 1_000_000 }));
  const middle = (runs: typeof alike) => relativeSpread(referencesTo(runs))[15] as number;
  expect(middle(alike.slice(0, 1))).toBeGreaterThan(0.08);
  expect(middle(alike)).toBeLessThan(0.04);
  const apart = alike.map((run, at) => ({ ...run, shift: at % 2 === 0 ? 1.5 : -1.5 }));
  expect(relativeSpread(referencesTo(apart))[22] as number).toBeGreaterThan(0.2);
});

test("a shape that was bad becomes good when runs like it are certified", async () => {
  const detector = findShapeDetector("default");
  const counts = drawn(hill(2.5), 50_000, seededRandom(4));
  const before = models.get("default") as HistogramModel;
  expect(before.score(counts)).toBeGreaterThan(before.threshold);
  const certified = referencesTo([{ run: 4, lumis: 30, shift: 2.4 }]);
  const after = await fitHistogram(detector, mergeReferences([set], [certified])[0] as ReferenceSet, 1);
  expect(after.score(counts)).toBeLessThan(after.threshold);
});

test("the autoencoder finds a shape that good lumisections do not have", async () => {
  const detector = findShapeDetector("autoencoder");
  const learnt = await detector.learn(set, 1);
  const model = detector.open(learnt, set);
  const [good, bad] = [0.2, 4].map((shift) => model.score(drawn(hill(shift), 50_000, seededRandom(5))));
  expect(bad).toBeGreaterThan(5 * (good ?? 0));
});

test("a damaged lumisection of few entries is not bad for its noise", () => {
  const model = models.get("default") as HistogramModel;
  expect(model.score(drawn(hill(), 300, seededRandom(2)))).toBeLessThan(model.threshold);
});

describe("references", () => {
  test("leave out empty histograms and other bins, and count runs the same", () => {
    const references = collectReferences(1);
    expect(references.add(histogram(1, 1, [5, 5]))).toBe(true);
    expect(references.add(histogram(1, 2, [0, 0]))).toBe(false);
    expect(references.add(histogram(1, 3, [1, 2, 3]))).toBe(false);
    expect(references.sets()).toMatchObject([{ bins: 2, runs: [{ run: 1, lumisections: 1 }] }]);
  });

  test("of nothing are a mistake", () => {
    expect(() => collectReferences(1).sets()).toThrow(/no good lumisection/);
  });

  test("keep a bounded sample of each run", () => {
    const references = collectReferences(1);
    for (let lumi = 1; lumi <= 1000; lumi++) {
      references.add(histogram(1, lumi, [lumi, 1]));
    }
    const run = references.sets()[0]?.runs[0];
    expect([run?.lumisections, run?.sample.length]).toEqual([1000, 256]);
    expect(run?.counts[0]).toBe(500_500);
  });
});

describe("saved models", () => {
  test("score as before", async () => {
    const model = await fitDqm("default", [set], 1);
    const again = loadDqm(saveDqm(model), "x");
    const counts = drawn(hill(1), 50_000, seededRandom(3));
    expect(again.histograms.get("charge")?.score(counts)).toBe(model.histograms.get("charge")?.score(counts));
  });

  test.each([
    ["no JSON", "{", /is no model of data quality/],
    ["another version", sealJson({ format: 9 }), /another version at format/],
    ["no digest", '{"format":9}', /has no digest/],
    ["a damaged one", sealJson({ format: 9 }).replace("9", "8"), /its digest does not fit|has no digest/],
  ])("refuses %s", (_, text, message) => {
    expect(() => loadDqm(text, "x")).toThrow(message);
  });

  test("refuses references of other bins, and unknown detectors", async () => {
    const { value: saved } = JSON.parse(saveDqm(await fitDqm("pull", [set], 1)));
    saved.histograms[0].runs[0].counts.pop();
    expect(() => loadDqm(sealJson(saved), "x")).toThrow(/references of other bins/);
    expect(() => findShapeDetector("magic")).toThrow(/no detector "magic".*choose one of default/);
  });
});
