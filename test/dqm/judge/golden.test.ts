import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  contains,
  type GoldenRanges,
  intersectGolden,
  lumisectionsIn,
  mergeGolden,
  rangesOf,
  subtractGolden,
} from "../../../src/dqm/judge/golden.ts";
import { formatGolden, parseGolden } from "../../../src/dqm/judge/golden-json.ts";

const place = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 25 }));
const golden = fc.array(place, { maxLength: 40 }).map(goldenOf);
const EVERYWHERE = [1, 2, 3].flatMap((run) => Array.from({ length: 27 }, (_, lumi) => [run, lumi] as const));

function goldenOf(places: readonly (readonly [number, number])[]): GoldenRanges {
  const runs = [...new Set(places.map(([run]) => run))].sort((a, b) => a - b);
  return new Map(runs.map((run) => [run, rangesOf(places.filter(([one]) => one === run).map(([, lumi]) => lumi))]));
}

describe("certification ranges are sets of lumisections", () => {
  test.each([
    ["merge", (a: GoldenRanges, b: GoldenRanges) => mergeGolden([a, b]), (x: boolean, y: boolean) => x || y],
    ["intersect", (a: GoldenRanges, b: GoldenRanges) => intersectGolden([a, b]), (x: boolean, y: boolean) => x && y],
    ["subtract", (a: GoldenRanges, b: GoldenRanges) => subtractGolden(a, [b]), (x: boolean, y: boolean) => x && !y],
  ])("%s is what it is for every single lumisection", (_, operation, truth) => {
    fc.assert(
      fc.property(golden, golden, (a, b) => {
        const result = operation(a, b);
        for (const [run, lumi] of EVERYWHERE) {
          expect(contains(result, run, lumi)).toBe(truth(contains(a, run, lumi), contains(b, run, lumi)));
        }
      }),
    );
  });

  test("their ranges ascend, lie apart, and no run is without any", () => {
    fc.assert(
      fc.property(golden, golden, (a, b) => {
        for (const ranges of [mergeGolden([a, b]), intersectGolden([a, b]), subtractGolden(a, [b])].flatMap((one) => [
          ...one.values(),
        ])) {
          expect(ranges.length).toBeGreaterThan(0);
          ranges.slice(1).forEach(([first], at) => {
            expect(first).toBeGreaterThan((ranges[at]?.[1] ?? 0) + 1);
          });
        }
      }),
    );
  });

  test("a ∖ b, b ∖ a and a ∩ b make up a ∪ b, and counts add up", () => {
    fc.assert(
      fc.property(golden, golden, (a, b) => {
        const parts = [subtractGolden(a, [b]), subtractGolden(b, [a]), intersectGolden([a, b])];
        expect(mergeGolden(parts)).toEqual(mergeGolden([a, b]));
        expect(parts.reduce((sum, part) => sum + lumisectionsIn(part), 0)).toBe(lumisectionsIn(mergeGolden([a, b])));
      }),
    );
  });

  test("the file and back is the same", () => {
    fc.assert(
      fc.property(golden, (a) => {
        expect(parseGolden(formatGolden(a), "x")).toEqual(a);
      }),
    );
  });
});

describe("a certification JSON", () => {
  test("may have ranges that overlap or touch, in any order", () => {
    expect(parseGolden('{"2":[[5,9],[1,4],[8,12]],"1":[[3,3]]}', "x")).toEqual(
      new Map([
        [1, [[3, 3]]],
        [2, [[1, 12]]],
      ]),
    );
  });

  test("is written as CMS writes them", () => {
    expect(
      formatGolden(
        goldenOf([
          [1, 2],
          [1, 3],
          [3, 7],
        ]),
      ),
    ).toBe('{"1": [[2, 3]],\n "3": [[7, 7]]}\n');
    expect(JSON.parse(formatGolden(new Map()))).toEqual({});
  });

  test.each([
    ["{", /is not JSON/],
    ["[1]", /expected record/],
    ['{"x":[[1,2]]}', /x: .*is not a run number|Invalid key/],
    ['{"1":[[1]]}', /^x: 1\.0/],
    ['{"1":[[0,2]]}', /1\.0\.0/],
    ['{"1":[[5,2]]}', /run 1: the range \[5, 2\] ends before it begins/],
  ])("%s is refused with its reason", (text, reason) => {
    expect(() => parseGolden(text, "x")).toThrow(reason);
  });
});
