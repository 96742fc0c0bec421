import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seededRandom } from "../../src/detect/math/random.ts";
import { decodeSavedModel, encodeSavedModel } from "../../src/detect/saved-model.ts";
import { cmswatch } from "./run.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cmswatch-bad-input-"));
});
afterAll(() => rm(folder, { recursive: true }));

const path = (name: string) => join(folder, name);
const START = 1_767_225_600;

/** `time,cpu,memory`, a row a minute; `change` may alter the cells of a row. */
function table(rows: number, change: (cells: string[], row: number) => string[] = (cells) => cells): string {
  const random = seededRandom(7);
  const body = Array.from({ length: rows }, (_, row) => {
    const cells = [String(START + row * 60), (10 + random()).toFixed(4), (20 + random()).toFixed(4)];
    return change(cells, row).join(",");
  });
  return `time,cpu,memory\n${body.join("\n")}\n`;
}

/** Trains on one table, scores another, and gives the rows that were written. */
async function score(train: string, test: string, detector = "default") {
  await writeFile(path("T.csv"), train);
  await writeFile(path("S.csv"), test);
  const words = [
    "score",
    "--train",
    path("T.csv"),
    "--test",
    path("S.csv"),
    "--detector",
    detector,
    "--out",
    path("o.csv"),
  ];
  const result = await cmswatch(words);
  const text = result.code === 0 ? await readFile(path("o.csv"), "utf8") : "";
  const rows = text.trimEnd().split("\n").slice(1);
  return { ...result, rows, scores: rows.map((row) => Number(row.split(",")[0])) };
}

const CHEAP = ["default", "robust", "mahalanobis", "pca", "kmeans"];

describe.each(CHEAP)("%s with input that is not as it should be", (detector) => {
  it("learns a constant metric and sees its first change", async () => {
    const constant = (cells: string[], row: number) => [cells[0] ?? "", row === 90 ? "9" : "7", cells[2] ?? ""];
    const { scores, code } = await score(
      table(300, (cells) => [cells[0] ?? "", "7", cells[2] ?? ""]),
      table(100, (cells, row) => constant([String(Number(cells[0]) + 86_400), ...cells.slice(1)], row)),
      detector,
    );
    expect(code).toBe(0);
    expect(scores.every(Number.isFinite)).toBe(true);
    const highest = scores.indexOf(Math.max(...scores));
    // Where the last rows' course is looked at, it is most unlike history a few rows later.
    expect(highest).toBeGreaterThanOrEqual(90);
    expect(highest).toBeLessThan(95);
  });

  it("takes NaN, infinities and empty cells as missing, in history and after it", async () => {
    const odd = ["NaN", "inf", "-Infinity", "", "null"];
    const holes = table(300, (cells, row) =>
      row % 7 === 0 ? [cells[0] ?? "", odd[row % 5] ?? "", cells[2] ?? ""] : cells,
    );
    const { scores, code } = await score(holes, holes, detector);
    expect(code).toBe(0);
    expect(scores).toHaveLength(300);
    expect(scores.every(Number.isFinite)).toBe(true);
  });

  it("does not alarm because a metric vanishes, and says which one it is", async () => {
    const { err, rows, code } = await score(
      table(300),
      table(60, (cells) => [String(Number(cells[0]) + 86_400), cells[1] ?? ""]).replace(",memory", ""),
      detector,
    );
    expect(code).toBe(0);
    expect(err).toContain("metrics missing, taken as without data: memory");
    expect(rows.filter((row) => row.split(",")[1] === "1")).toHaveLength(0);
  });
});

describe("times that are not as they should be", () => {
  it("sorts history and keeps the last of several rows of one time, and says how many it left out", async () => {
    const lines = table(300).trimEnd().split("\n");
    const [head = "", ...body] = lines;
    const shuffled = [head, ...body.toReversed(), ...body.slice(0, 10)].join("\n");
    const { err, scores } = await score(shuffled, table(50));
    expect(err).toContain("10 rows with the time of another row are left out");
    expect(scores).toEqual((await score(table(300), table(50))).scores);
  });

  it("repeats the last score for a row that goes back in time, and learns nothing from it", async () => {
    const late = (cells: string[], row: number) => (row === 20 ? [String(START + 5), "99", "99"] : cells);
    const { err, scores } = await score(table(300), table(50, late));
    const without = table(50)
      .split("\n")
      .filter((_, line) => line !== 21)
      .join("\n");
    expect(err).toContain("1 rows are not later than the one before");
    expect(scores[20]).toBe(scores[19]);
    expect(scores.toSpliced(20, 1)).toEqual((await score(table(300), without)).scores);
  });
});

describe("streams and pods with input that is not as it should be", () => {
  const rows = (count: number, value: (row: number) => string) =>
    Array.from({ length: count }, (_, row) => `${START + row * 60},${value(row)}`);
  const noisy = seededRandom(9);
  const usual = () => (10 + noisy()).toFixed(3);

  async function stream(lines: readonly string[]) {
    await writeFile(path("stream.csv"), `timestamp,value\n${lines.join("\n")}\n`);
    const result = await cmswatch(["score", "--stream", path("stream.csv"), "--out", path("stream.out.csv")]);
    const text = result.code === 0 ? await readFile(path("stream.out.csv"), "utf8") : "";
    const scores = text
      .trimEnd()
      .split("\n")
      .slice(1)
      .map((line) => Number(line.split(",")[1]));
    return { ...result, scores };
  }

  it.each([
    ["a constant", () => "7"],
    ["holes and infinities", (row: number) => (row % 5 === 0 ? (["NaN", "inf", "", "-inf"][row % 4] ?? "") : usual())],
    ["nothing at all", () => ""],
    ["huge values", (row: number) => (row === 300 ? "1e308" : usual())],
  ] as const)("scores a stream of %s between 0 and 1, a row for each", async (_name, value) => {
    const { scores, code, err } = await stream(rows(400, value));
    expect(code, err).toBe(0);
    expect(scores).toHaveLength(400);
    expect(scores.every((score) => score >= 0 && score <= 1)).toBe(true);
  });

  it("scores a stream of ten rows, and one whose times go back", async () => {
    expect((await stream(rows(10, usual))).scores).toHaveLength(10);
    const shuffled = rows(300, usual);
    const { scores, code } = await stream([
      ...shuffled.slice(0, 200),
      ...shuffled.slice(100, 110),
      ...shuffled.slice(200),
    ]);
    expect(code).toBe(0);
    expect(scores).toHaveLength(310);
    expect(scores.every(Number.isFinite)).toBe(true);
  });

  it("scores pods of which one is constant, one full of holes, one vanishes, and one has ten rows", async () => {
    const folder = path("pods");
    await mkdir(folder, { recursive: true });
    const pods = {
      constant: rows(400, () => "7"),
      holes: rows(400, (row) => (row % 3 === 0 ? "NaN" : usual())),
      vanishes: rows(250, usual),
      young: rows(10, usual),
      twice: rows(400, usual).flatMap((line) => [line, line]),
    };
    for (const [name, lines] of Object.entries(pods)) {
      await writeFile(join(folder, `${name}.csv`), `time,cpu\n${lines.join("\n")}\n`);
    }
    const { code, err } = await cmswatch(["score", "--entities", folder, "--out", path("pods.out")]);
    expect(code, err).toBe(0);
    for (const [name, lines] of Object.entries(pods)) {
      const text = (await readFile(path(`pods.out/${name}.scores.csv`), "utf8")).trimEnd().split("\n").slice(1);
      expect(text).toHaveLength(lines.length);
      expect(text.every((line) => Number.isFinite(Number(line.split(",")[1])))).toBe(true);
    }
  });
});

describe("too little and too much", () => {
  it("says how many rows there are and how many it takes", async () => {
    const { err, code } = await score(table(10), table(10));
    expect(err).toContain("10 rows with values, at least 30 are needed");
    expect(code).toBe(2);
  });

  it("refuses a million columns at once", async () => {
    const columns = Array.from({ length: 1_000_000 }, (_, i) => i.toString(36));
    const wide = `${columns.join(",")}\n${columns.map(() => "1").join(",")}\n`;
    const { err, code } = await score(wide, wide);
    expect(err).toContain(`${path("T.csv")}: more than 20000 columns`);
    expect(err).toContain("one file per entity");
    expect(code).toBe(2);
  });
});

describe("a model file that does not fit", () => {
  const files = () => ["score", "--model", path("model"), "--test", path("S.csv"), "--out", path("o.csv")];
  const model = () => path("model/unit.cmswatch");

  beforeAll(async () => {
    await writeFile(path("T.csv"), table(300));
    await writeFile(path("S.csv"), table(50));
    await cmswatch(["train", "--train", path("T.csv"), "--detector", "robust", "--model", path("model")]);
  });

  it.each([
    [
      "of another version",
      (bytes: Uint8Array) => encodeSavedModel({ ...decodeSavedModel(bytes), format: 99 }),
      "format 99",
    ],
    ["that was cut short", (bytes: Uint8Array) => bytes.subarray(0, 40), "cut short"],
    ["that is something else", () => new TextEncoder().encode("not a model at all"), "not a model of cmswatch"],
    [
      "with a damaged header",
      (bytes: Uint8Array) => encodeSavedModel({ ...decodeSavedModel(bytes), header: {} }),
      "header",
    ],
  ])("names the file and the remedy for one %s", async (_name, damage, message) => {
    const whole = await readFile(model());
    await writeFile(model(), damage(new Uint8Array(whole)));
    const { err, code } = await cmswatch(files());
    await writeFile(model(), whole);
    expect(err).toContain(message);
    expect(err).toContain(model());
    expect(err).toContain("train it again");
    expect(code).toBe(2);
  });

  it("refuses rows of another series", async () => {
    await writeFile(path("other.csv"), "time,disk\n1767225600,1\n1767225660,2\n");
    const { err, code } = await cmswatch([...files(), "--test", path("other.csv")]);
    expect(err).toContain("none of the model's metrics (cpu, memory…) is a column");
    expect(code).toBe(2);
  });
});
