import { describe, expect, test } from "vitest";
import type { LumiVerdict, Overrule } from "../../../src/alert/dqm.ts";
import { certifyRun, worstEvidence, worstOf } from "../../../src/dqm/judge/certify.ts";
import { findShapeDetector } from "../../../src/dqm/judge/detectors/registry.ts";
import { describeEvidence, explainer } from "../../../src/dqm/judge/explain.ts";
import { type LumiScore, lumiScores } from "../../../src/dqm/judge/lumi-scores.ts";
import { fitHistogram, type HistogramModel } from "../../../src/dqm/judge/model.ts";
import { ALONE, AROUND, BEFORE, withNeighbours } from "../../../src/dqm/judge/neighbours.ts";
import { binsPicture } from "../../../src/dqm/judge/pictures/bins.ts";
import { lumisectionMap } from "../../../src/dqm/judge/pictures/lumisection-map.ts";
import { proposeReferences } from "../../../src/dqm/judge/propose.ts";
import { collectReferences, type ReferenceSet } from "../../../src/dqm/judge/references.ts";
import { decideRunAlert, runAlert } from "../../../src/dqm/judge/run-alert.ts";
import { createRunScores } from "../../../src/dqm/judge/run-scores.ts";
import {
  applyOverrules,
  countStatuses,
  type FinalVerdict,
  goldenOf,
  judgeRun,
  rangesWithReasons,
} from "../../../src/dqm/judge/verdicts.ts";
import { hill, histogram, lumisectionsOf } from "./synthetic.ts";

const scored = (...scores: readonly number[]): readonly LumiScore[] =>
  scores.map((score, at) => scoreOf(at + 1, score));
const scoreOf = (lumi: number, score: number): LumiScore => ({
  run: 7,
  lumi,
  score,
  histogram: Number.isNaN(score) ? null : "charge",
  gain: null,
  part: null,
});
const verdictsOf = (...scores: readonly number[]) => applyOverrules(7, judgeRun(7, scored(...scores)), []);
const overrule = (id: string, more: Partial<Overrule>): Overrule => ({
  id,
  run: 7,
  first: 1,
  last: 1,
  status: "GOOD",
  reason: "looked at it",
  by: "ada",
  via: "cli",
  at: new Date(2026, 1, 1),
  revokedAt: null,
  ...more,
});

describe("verdicts", () => {
  test("from 1 on is bad, no entries standby, and gaps are not set", () => {
    const gap = scored(0.2, 1, Number.NaN).concat(scoreOf(6, 0.3));
    const statuses = judgeRun(7, gap).map(({ lumi, status }) => `${lumi} ${status}`);
    expect(statuses).toEqual(["1 GOOD", "2 BAD", "3 STANDBY", "4 NOTSET", "5 NOTSET", "6 GOOD"]);
  });

  test("a gap that is too long to be one is not filled", () => {
    const far = scored(0.2).concat(scoreOf(1_000_000, 0.3));
    expect(judgeRun(7, far)).toHaveLength(2);
  });

  test("excluded ranges are excluded whatever they score", () => {
    const judged = judgeRun(7, scored(0.2, 5, 0.2), new Map([[7, [[2, 3]]]]));
    expect(judged.map(({ status }) => status)).toEqual(["GOOD", "EXCLUDED", "EXCLUDED"]);
  });

  test("a person's word wins, the newer over the older, and no longer once it is taken back", () => {
    const judged = judgeRun(7, scored(0.2, 5, 0.2));
    const old = overrule("a", { first: 1, last: 3, status: "BAD" });
    const newer = overrule("b", { first: 2, last: 2, status: "GOOD", by: "eve", at: new Date(2026, 1, 2) });
    const statuses = (words: readonly Overrule[]) => applyOverrules(7, judged, words).map(({ status }) => status);
    expect(statuses([old, newer])).toEqual(["BAD", "GOOD", "BAD"]);
    expect(statuses([newer, { ...old, revokedAt: new Date() }])).toEqual(["GOOD", "GOOD", "GOOD"]);
    expect(statuses([{ ...old, run: 8 }])).toEqual(["GOOD", "BAD", "GOOD"]);
  });

  test("ranges say why: the machine's score, or the person with the reason", () => {
    const judged = judgeRun(7, scored(0.2, 0.4, 5, 3, Number.NaN));
    expect(rangesWithReasons(applyOverrules(7, judged, [overrule("a", { first: 1, last: 1, status: "BAD" })]))).toEqual(
      [
        { first: 1, last: 1, status: "BAD", reason: "looked at it", by: "ada" },
        { first: 2, last: 2, status: "GOOD", by: null, reason: expect.stringMatching(/as certified runs are.*0\.400/) },
        {
          first: 3,
          last: 4,
          status: "BAD",
          by: null,
          reason: expect.stringMatching(/unlike certified runs in charge.*5\.00 at lumisection 3/),
        },
        { first: 5, last: 5, status: "STANDBY", by: null, reason: "no entries in any histogram" },
      ],
    );
  });

  test("the certification JSON holds what is good, and counts add up", () => {
    const verdicts = verdictsOf(0.2, 0.3, 4, 0.1);
    expect(goldenOf(new Map([[7, verdicts]]))).toEqual(
      new Map([
        [
          7,
          [
            [1, 2],
            [4, 4],
          ],
        ],
      ]),
    );
    expect(countStatuses(verdicts)).toEqual({ GOOD: 3, BAD: 1, STANDBY: 0, EXCLUDED: 0, NOTSET: 0 });
    expect(goldenOf(new Map([[8, verdictsOf(9)]]))).toEqual(new Map());
  });
});

describe("neighbours", () => {
  test("one odd lumisection among good ones counts less, a stretch of them stays", () => {
    const lumis = Array.from({ length: 20 }, (_, at) => at + 1);
    const odd = withNeighbours(
      lumis,
      lumis.map((lumi) => (lumi === 10 ? 16 : 1)),
    );
    expect(odd[9]).toBeCloseTo(4);
    expect(odd[8]).toBeCloseTo(1);
    const stretch = withNeighbours(
      lumis,
      lumis.map((lumi) => (lumi > 5 ? 16 : 1)),
    );
    expect(stretch[15]).toBeCloseTo(16);
  });

  test("are only those before where a verdict must be final: what comes later changes nothing", () => {
    const lumis = Array.from({ length: 20 }, (_, at) => at + 1);
    const scores = lumis.map((lumi) => 1 + ((7 * lumi) % 5));
    const whole = withNeighbours(lumis, scores, BEFORE);
    for (const length of [1, 7, 19]) {
      const known = withNeighbours(lumis.slice(0, length), scores.slice(0, length), BEFORE);
      expect([...known]).toEqual([...whole.slice(0, length)]);
    }
    expect(withNeighbours(lumis, scores)[6]).not.toBe(withNeighbours(lumis.slice(0, 7), scores.slice(0, 7))[6]);
  });

  test("are near in lumisections, not in rows, and none of them is one without entries", () => {
    expect([...withNeighbours([1, 100], [1, 16])]).toEqual([1, 16].map((one) => expect.closeTo(one, 9)));
    expect([...withNeighbours([1, 2], [Number.NaN, 4])]).toEqual([Number.NaN, expect.closeTo(4, 9)]);
  });
});

describe("several histograms", () => {
  const one = (name: string, scores: readonly number[], threshold = 1) => ({
    name,
    threshold,
    lumis: scores.map((_, at) => at + 1),
    scores: Float64Array.from(scores),
    gains: new Float32Array(scores.length).fill(Number.NaN),
  });

  test("the worst decides by its own threshold, empty ones say nothing", () => {
    const [first, second] = lumiScores(7, [one("a", [4, 1], 8), one("b", [1, Number.NaN])], ALONE);
    expect([first?.histogram, second?.histogram]).toEqual(["b", "a"]);
    expect((first?.score ?? 0) / (second?.score ?? 1)).toBeCloseTo(8);
  });

  test("one odd histogram among hundreds is no bad lumisection, several of one part are, and the part is named", () => {
    const parts = ["Pixel/Barrel", "Strip/TIB", "ECAL/EB", "Muon/DT"];
    const names = Array.from({ length: 200 }, (_, at) => `${parts[at % 4]}/h${at}`);
    const scored = (far: readonly number[], ratio: number) =>
      lumiScores(
        7,
        names.map((name, at) => one(name, [far.includes(at) ? ratio : 0.2])),
        ALONE,
      )[0];
    expect(scored([1], 1.2)?.score).toBeLessThan(1);
    expect(scored([1], 12)?.score).toBeGreaterThan(1);
    expect(scored([0, 1, 2, 3], 1.2)?.score).toBeLessThan(1);
    const together = scored([1, 5, 9, 13, 17, 21], 1.5);
    expect(together?.score).toBeGreaterThan(1);
    expect(together?.part).toEqual({ name: "Strip/TIB", over: 6, histograms: 50 });
    const [range] = rangesWithReasons(applyOverrules(7, judgeRun(7, together === undefined ? [] : [together]), []));
    expect(range?.reason).toMatch(/^unlike certified runs in Strip\/TIB: 6 of 50 histograms, worst Strip\/TIB\/h1 /);
  });
});

test("a run's scores are the same whether they are put together as they come or at the end", () => {
  const models = new Map(["a/x", "a/y", "b/z"].map((name) => [name, { threshold: 2 } as HistogramModel]));
  const come = createRunScores(7);
  const whole = createRunScores(7);
  let seed = 1;
  for (const lumi of [1, 2, 3, 4, 9, 5, 6, 20, 7, 8, 21, 22, 23, 3, 24]) {
    for (const name of models.keys()) {
      seed = (seed * 16_807) % 2_147_483_647;
      const found = { score: 0.1 + (seed % 97) / 10, gain: null };
      come.add(histogram(7, lumi, [seed, 1], name), found, 2);
      whole.add(histogram(7, lumi, [seed, 1], name), found, 2);
    }
    come.scores(models, AROUND);
  }
  expect(come.scores(models, AROUND)).toEqual(whole.scores(models, AROUND));
  expect(come.scores(models, BEFORE)).toEqual(whole.scores(models, BEFORE));
});

describe("a run's alert", () => {
  const rules = { open: 3, close: 4, severity: "high" };
  test.each([
    ["two bad ones in a row", [0, 9, 9, 0], true, false, /fewer than 3/],
    ["three bad ones", [0, 9, 9, 9], true, true, /2 to 4 are bad/],
    ["some good ones after them", [9, 9, 9, 0, 0, 0], true, true, /1 to 3/],
    ["enough good ones after them", [9, 9, 9, 0, 0, 0, 0], true, false, /4 lumisections were not bad since 3/],
    ["a run that is over", [9, 9, 9], false, false, /is over/],
  ])("with %s: firing or not, and why", (_, scores, current, firing, reason) => {
    expect(decideRunAlert(verdictsOf(...scores), current, rules)).toEqual({
      firing,
      reason: expect.stringMatching(reason),
    });
  });

  test("is one per run: its labels do not change while the run goes on", () => {
    const input = {
      run: 7,
      startsAt: new Date(0),
      endsAt: null,
      evidence: ["charge, 0 to 3: 9 % where 5 % is usual"],
      baseUrl: "http://x",
      severity: "high",
    };
    const first = runAlert({ ...input, verdicts: verdictsOf(9, 9, 9) });
    const later = runAlert({ ...input, verdicts: verdictsOf(9, 9, 9, 0, 9, 9) });
    expect(later.labels).toEqual(first.labels);
    expect(later.annotations).toMatchObject({
      summary: "Run 7: 5 of 6 lumisections are bad",
      description: expect.stringMatching(/^Lumisections 1-3, 5-6\. unlike .*9 % where 5 % is usual\.$/),
      URL: "http://x/dqm/7",
    });
  });
});

describe("explanations", () => {
  const set = (): ReferenceSet => {
    const references = collectReferences(1);
    for (const one of [1, 2].flatMap((run) => lumisectionsOf({ run, lumis: 5 }))) {
      references.add(one);
    }
    return references.sets()[0] as ReferenceSet;
  };
  const shifted = histogram(
    9,
    3,
    hill(4).map((share) => Math.round(share * 50_000)),
  );

  test("say which regions of the axis are off, neighbouring bins as one", () => {
    const evidence = explainer(set())(shifted);
    const [first = ""] = describeEvidence(evidence);
    expect(first).toMatch(
      /^\d+ to \d+: \d+(\.\d+)? % where \d+(\.\d+)? % is usual \(up to \d+\.\d standard deviations\)$/,
    );
    expect(evidence.pulls[24]).toBeGreaterThan(2);
    expect(evidence.pulls[6]).toBeLessThan(-2);
    expect(evidence.low.every((low, bin) => low <= (evidence.expected[bin] ?? 0))).toBe(true);
  });

  test("an empty histogram is off nowhere", () => {
    expect(describeEvidence(explainer(set())(histogram(9, 3, new Float64Array(40))))).toEqual([]);
  });

  test("certification explains the worst of each bad stretch", async () => {
    const model = await fitHistogram(findShapeDetector("pull"), set(), 1);
    const judged = certifyRun({
      run: 7,
      scores: scored(9, 12, 0.1, 30, Number.NaN),
      models: new Map([["charge", model]]),
      detector: "pull",
      find: (lumi) => ({ ...shifted, lumi }),
      now: new Date(0),
    });
    expect(judged.evidence.map(({ lumi }) => lumi)).toEqual([4, 2]);
    expect(worstEvidence(judged)[0]).toMatch(/^charge, \d+ to/);
    expect(worstOf(judged.lumis)).toHaveLength(2);
  });

  test("their pictures compile: a bar per bin, a square per lumisection, a dot where a person spoke", async () => {
    const { compile } = await import("vega-lite");
    const bins = binsPicture(9, explainer(set())(shifted), true);
    expect(compile(bins).spec.marks?.length).toBeGreaterThan(0);
    const verdicts: readonly FinalVerdict[] = verdictsOf(0, 9).map((one, at) => ({
      ...one,
      by: at === 0 ? "ada" : null,
    }));
    const map = lumisectionMap(7, verdicts) as {
      data: { values: unknown[] };
      layer: { data?: { values: unknown[] } }[];
    };
    expect(compile(map as never).spec.marks?.length).toBeGreaterThan(0);
    expect([map.data.values.length, map.layer[1]?.data?.values.length]).toEqual([2, 1]);
  });

  test("a map begins its rows at hundreds and stays readable for wrong lumisection numbers", () => {
    const verdicts: LumiVerdict[] = [250, 251, 999_999].map((lumi) => ({
      lumi,
      status: "GOOD",
      score: 0,
      histogram: "x",
    }));
    const map = lumisectionMap(7, verdicts) as { data: { values: { row: number; column: number }[] } };
    expect(map.data.values.map(({ row, column }) => [row, column])).toEqual([
      [201, 50],
      [201, 51],
    ]);
  });
});

describe("proposed reference runs", () => {
  const proposalsOf = (runs: readonly Parameters<typeof lumisectionsOf>[0][]) => {
    const references = collectReferences(1);
    for (const one of runs.flatMap(lumisectionsOf)) {
      references.add(one);
    }
    return proposeReferences(references.sets()[0] as ReferenceSet);
  };

  test("are those near the median shape and long enough, each with its reason", () => {
    const good = [1, 2, 3, 4].map((run) => ({ run, lumis: 12, shift: 0.1 * run }));
    const proposals = proposalsOf([...good, { run: 5, lumis: 12, shift: 4 }, { run: 6, lumis: 3 }]);
    expect(proposals.filter(({ proposed }) => proposed).map(({ run }) => run)).toEqual([1, 2, 3, 4]);
    expect(proposals[4]?.reason).toMatch(/times as far from the median shape/);
    expect(proposals[5]?.reason).toMatch(/only 3 lumisections/);
  });

  test("of two runs neither can be called far", () => {
    const proposals = proposalsOf([
      { run: 1, lumis: 12 },
      { run: 2, lumis: 12, shift: 5 },
    ]);
    expect(proposals.map(({ proposed }) => proposed)).toEqual([true, true]);
  });
});
