import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CommandContext } from "../../src/cli/command.ts";
import { runCli } from "../../src/cli.ts";
import { seededRandom } from "../../src/detect/math/random.ts";

let folder: string;
let printed: { out: string; err: string; code: number };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cmswatch-detect-"));
  printed = { out: "", err: "", code: 0 };
});
afterEach(() => rm(folder, { recursive: true }));

async function run(...words: string[]): Promise<void> {
  const context: CommandContext = {
    out: (text) => {
      printed.out += text;
    },
    err: (text) => {
      printed.err += text;
    },
    colour: false,
    log: pino({ level: "silent" }),
    environment: {},
    exit: (code) => {
      printed.code = code;
    },
    serve: async () => {},
  };
  await runCli(words, context, "0.0.0");
}

const path = (name: string) => join(folder, name);
const lines = async (name: string) => (await readFile(path(name), "utf8")).trimEnd().split("\n");

function table(rows: number, seed: number, columns = ["cpu", "latency"]): string {
  const random = seededRandom(seed);
  const body = Array.from({ length: rows }, () =>
    columns.map((_, i) => (10 * (i + 1) + random()).toFixed(4)).join(","),
  );
  return `${columns.join(",")}\n${body.join("\n")}\n`;
}

describe("cmswatch score", () => {
  it("writes score, alert and contributions for each row, and never looks at the label", async () => {
    const test = table(50, 2);
    await writeFile(path("T.csv"), table(300, 1));
    await writeFile(path("S.csv"), test);
    const labelled = test.split("\n").map((line, i) => (line === "" ? "" : `${line},${i === 0 ? "label" : i % 2}`));
    await writeFile(path("L.csv"), labelled.join("\n"));
    await run("score", "--train", path("T.csv"), "--test", path("S.csv"), "--out", path("a.csv"));
    await run("score", "--train", path("T.csv"), "--test", path("L.csv"), "--out", path("b.csv"));
    const scores = await lines("a.csv");
    expect(scores[0]).toBe("score,alert,contrib:cpu,contrib:latency");
    expect(scores).toHaveLength(51);
    expect(await lines("b.csv")).toEqual(scores);
    expect(printed.code).toBe(0);
  });

  it("scores the same with a saved model, and is causal", async () => {
    await writeFile(path("T.csv"), table(300, 1));
    await writeFile(path("S.csv"), table(50, 2));
    await writeFile(path("half.csv"), table(25, 2));
    await run("train", "--train", path("T.csv"), "--detector", "default", "--model", path("model"));
    await run("score", "--model", path("model"), "--test", path("S.csv"), "--out", path("a.csv"));
    await run("score", "--model", path("model"), "--test", path("half.csv"), "--out", path("b.csv"));
    expect((await lines("a.csv")).slice(0, 26)).toEqual(await lines("b.csv"));
  });

  it("scores folders of pairs and of streams, and keeps sub-folders", async () => {
    await mkdir(path("in/deep"), { recursive: true });
    await writeFile(path("in/deep/x.train.csv"), table(300, 1));
    await writeFile(path("in/deep/x.test.csv"), table(40, 2));
    await run("score", "--pairs", path("in"), "--detector", "mahalanobis", "--out", path("pairs"));
    expect(await lines("pairs/deep/x.scores.csv")).toHaveLength(41);
    await run("score", "--streams", path("in"), "--out", path("streams"));
    expect((await lines("streams/deep/x.test.scores.csv"))[0]).toBe("timestamp,score");
  });

  it("scores a stream between 0 and 1 and marks a jump", async () => {
    const rows = table(600, 3, ["value"]).trimEnd().split("\n");
    rows[500] = "90";
    const timed = rows.map((row, i) => (i === 0 ? `timestamp,${row}` : `2026-01-01 ${time(i)},${row}`));
    await writeFile(path("F.csv"), timed.join("\n"));
    await run("score", "--stream", path("F.csv"), "--out", path("s.csv"));
    const scores = (await lines("s.csv")).slice(1).map((line) => Number(line.split(",")[1]));
    expect(scores).toHaveLength(600);
    expect(Math.min(...scores)).toBeGreaterThanOrEqual(0);
    expect(scores.indexOf(Math.max(...scores))).toBe(499);
    expect(Math.max(...scores)).toBeLessThanOrEqual(1);
  });

  it("scores entities side by side and leaves out what is none", async () => {
    await mkdir(path("pods"));
    for (const [i, pod] of ["a", "b", "c"].entries()) {
      const rows = table(400, 10 + i, ["Time", "PodName", "cpu", "mem"])
        .trimEnd()
        .split("\n");
      const filled = rows.map((row, at) => {
        const [, , cpu, mem] = row.split(",");
        const hot = pod === "b" && at >= 390 ? 50 : 1;
        return at === 0 ? row : `${1_767_225_600 + at * 60},pod-${pod},${Number(cpu) * hot},${mem}`;
      });
      await writeFile(path(`pods/${pod}.csv`), filled.join("\n"));
    }
    await writeFile(path("pods/dependency.csv"), "Source,Target,Weight\na,b,1\n");
    await run("score", "--entities", path("pods"), "--out", path("out"));
    const alerts = async (pod: string) =>
      (await lines(`out/${pod}.scores.csv`)).filter((line) => line.split(",")[2] === "1");
    expect(await alerts("b")).not.toHaveLength(0);
    expect((await lines("out/a.scores.csv"))[0]).toBe("timestamp,score,alert,contrib:cpu,contrib:mem");
    expect(printed.err).toContain("dependency.csv: has no column of times");
  });

  it.each([
    ["text in a metric", "cpu,latency\n1,2\n1,fast\n", '"fast" in column "latency" is not a number'],
    ["nothing but a header", "cpu,latency\n", "no rows"],
    ["a column twice", "cpu,cpu\n1,2\n", '"cpu" is there twice'],
    ["a bad time", "time,cpu\nyesterday,2\n", '"yesterday" is not a time'],
    ["ten rows", table(10, 1), "10 rows with values, at least 30 are needed"],
    [
      "too many columns",
      `${Array.from({ length: 30_000 }, (_, i) => `m${i}`).join(",")}\n1\n`,
      "more than 20000 columns",
    ],
  ])("names file, place and remedy for %s", async (_name, text, message) => {
    await writeFile(path("T.csv"), text);
    await run("score", "--train", path("T.csv"), "--test", path("T.csv"), "--out", path("o.csv"));
    expect(printed.err).toContain(message);
    expect(printed.err).toContain("T.csv");
    expect(printed.code).toBe(2);
  });

  it("takes a metric that vanished as missing, and repeats the score of rows that go back in time", async () => {
    await writeFile(path("T.csv"), table(300, 1));
    await writeFile(path("S.csv"), "time,cpu\n100,10.5\n160,10.4\n130,99\n220,inf\n");
    await run("score", "--train", path("T.csv"), "--test", path("S.csv"), "--out", path("o.csv"));
    expect(printed.err).toContain("metrics missing, taken as without data: latency");
    expect(printed.err).toContain("1 rows are not later than the one before");
    const scores = await lines("o.csv");
    expect(scores).toHaveLength(5);
    expect(scores[3]).toBe(scores[2]);
  });

  it("takes people's time zone, and refuses one that does not exist", async () => {
    await writeFile(path("T.csv"), table(300, 1));
    const words = ["train", "--train", path("T.csv"), "--detector", "robust", "--model", path("zone"), "--timezone"];
    await run(...words, "Europe/Zurich");
    expect(await readFile(path("zone/unit.cmswatch"), "latin1")).toContain('"timeZone":"Europe/Zurich"');
    await run(...words, "Mars/Olympus");
    expect(printed.err).toContain('--timezone: "Mars/Olympus" is not a time zone');
    expect(printed.code).toBe(2);
  });

  it("says so for an unknown detector, a missing file and a model of another version", async () => {
    await writeFile(path("T.csv"), table(300, 1));
    await run("score", "--train", path("T.csv"), "--test", path("T.csv"), "--detector", "oracle", "--out", path("o"));
    await run("score", "--train", path("none.csv"), "--test", path("T.csv"), "--out", path("o"));
    await run("train", "--train", path("T.csv"), "--detector", "robust", "--model", path("m"));
    const file = path("m/unit.cmswatch");
    const bytes = (await readFile(file, "latin1")).replace('"format":', '"format":9');
    await writeFile(file, bytes, "latin1");
    await run("score", "--model", path("m"), "--test", path("T.csv"), "--out", path("o"));
    expect(printed.err).toContain('no detector "oracle"');
    expect(printed.err).toContain("no such file");
    expect(printed.err).toMatch(/cut short|not readable|this version reads/);
  });
});

function time(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}:00`;
}
