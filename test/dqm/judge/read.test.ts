import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { binName, shapeOf } from "../../../src/dqm/judge/histogram.ts";
import { histogramColumns } from "../../../src/dqm/judge/read/columns.ts";
import { histogramOfJson, jsonObjects } from "../../../src/dqm/judge/read/json.ts";
import { histogramOfRow } from "../../../src/dqm/judge/read/record.ts";

const HEADER = ["run", "lumi", "hname", "entries", "xmin", "xmax", "xbins", "good", "bin_1", "bin_0", "bin_2", "bin_3"];
const read = (row: readonly string[], header = HEADER) =>
  histogramOfRow(row, histogramColumns(header, "x.csv:1", ["good"]));

describe("a row of a CSV file", () => {
  test("gives the histogram: bins by their number, the outer two as underflow and overflow, other columns ignored", () => {
    expect(read(["297050", "7", "charge", "9", "0", "10", "2", "1", "3", "0", "5", "1"])).toMatchObject({
      ok: true,
      histogram: {
        run: 297050,
        lumi: 7,
        name: "charge",
        entries: 9,
        counts: Float64Array.of(0, 3, 5, 1),
        axis: { min: 0, max: 10, flows: true },
      },
    });
  });

  test("may hold its counts in one column, as `histo`, and no axis", () => {
    const header = ["FromRun", "fromlumi", "hname", "histo"];
    expect(read(["1", "2", "x", "[1, 2, 3]"], header)).toMatchObject({
      histogram: { counts: Float64Array.of(1, 2, 3), entries: 6, axis: { min: null, flows: false } },
    });
  });

  test.each([
    ["a run that is none", ["x", "7", "c", "", "", "", "", "", "1", "1", "1", "1"], /run "x".*whole numbers/],
    ["no name", ["1", "7", " ", "", "", "", "", "", "1", "1", "1", "1"], /no name/],
    ["too few cells", ["1", "7", "c", "", "", "", "", "", "1", "1"], /bin 2 of "c" is ""/],
    ["a negative count", ["1", "7", "c", "", "", "", "", "", "1", "1", "-1", "1"], /bin 2 of "c" is "-1"/],
    ["infinitely many", ["1", "7", "c", "", "", "", "", "", "1", "1", "Infinity", "1"], /not a count/],
    [
      "other bins than xbins says",
      ["1", "7", "c", "", "", "", "5", "", "1", "1", "1", "1"],
      /4 counts where xbins says 5/,
    ],
  ])("with %s is refused with its reason", (_, row, reason) => {
    const result = read(row);
    expect(result.ok ? "" : result.reason).toMatch(reason);
  });

  test("missing columns are all named", () => {
    expect(() => histogramColumns(["lumi", "good"], "x.csv:1")).toThrow(/no column "run", "name", "bin_0…"/);
  });
});

describe("JSON", () => {
  const blocks = async function* (text: string, size: number) {
    for (let at = 0; at < text.length; at += size) {
      yield text.slice(at, at + size);
    }
  };
  const all = async (text: string, size = 7) => {
    const found: string[] = [];
    for await (const one of jsonObjects(blocks(text, size))) {
      found.push(one);
    }
    return found;
  };

  test("objects of an array or of lines come out one by one, however the text is cut", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.array(fc.nat())))),
        fc.integer({ min: 1, max: 50 }),
        fc.boolean(),
        async (objects, size, lines) => {
          const text = lines ? objects.map((one) => JSON.stringify(one)).join("\n") : JSON.stringify(objects);
          expect((await all(text, size)).map((one) => JSON.parse(one))).toEqual(
            objects.map((one) => JSON.parse(JSON.stringify(one))),
          );
        },
      ),
    );
  });

  test("a text that was cut off is a mistake", async () => {
    await expect(all('[{"run":1},{"ru')).rejects.toThrow(/cut off/);
  });

  test("an object gives the histogram, or says what is wrong", () => {
    expect(histogramOfJson('{"run":1,"lumi":2,"name":"x","counts":[1,2],"good":0}', ["good"])).toMatchObject({
      ok: true,
      histogram: { run: 1, counts: Float64Array.of(1, 2), labels: new Map([["good", 0]]) },
    });
    expect(histogramOfJson('{"run":1,"lumi":2,"name":"x"}')).toMatchObject({
      reason: expect.stringMatching(/no list/),
    });
    expect(histogramOfJson("{nonsense}")).toMatchObject({ reason: expect.stringMatching(/is not JSON/) });
  });
});

test("bins are named by their range, and the outer ones by what they are", () => {
  const axis = { min: 0, max: 80_000, flows: true };
  expect([0, 1, 100, 101].map((bin) => binName(bin, 102, axis))).toEqual([
    "underflow",
    "0 to 800",
    "79200 to 80000",
    "overflow",
  ]);
  expect(binName(3, 10, { min: null, max: null, flows: false })).toBe("bin 3");
});

test("the shape of an empty histogram is zero, not NaN", () => {
  expect(shapeOf([0, 0])).toEqual(Float64Array.of(0, 0));
});
