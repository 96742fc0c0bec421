import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCli } from "../../src/cli.ts";
import { seededRandom } from "../../src/detect/math/random.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cmswatch-evaluate-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function run(...words: string[]) {
  const printed = { out: "", err: "", code: 0 };
  await runCli(
    words,
    {
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
    },
    "0.0.0",
  );
  return printed;
}

function rows(count: number, seed: number, hot: (row: number) => boolean, labelled: boolean): string {
  const random = seededRandom(seed);
  const body = Array.from({ length: count }, (_, row) => {
    const value = random() + (hot(row) ? 30 : 0);
    return `${value.toFixed(4)},${random().toFixed(4)}${labelled ? `,${hot(row) ? 1 : 0}` : ""}`;
  });
  return `a,b${labelled ? ",label" : ""}\n${body.join("\n")}\n`;
}

const quiet = () => false;

async function pair(name: string, hot: (row: number) => boolean): Promise<void> {
  await writeFile(join(folder, `${name}.train.csv`), rows(500, 1, quiet, false));
  await writeFile(join(folder, `${name}.test.csv`), rows(400, 2, hot, true));
}

interface Printed {
  readonly data: string;
  readonly detectors: readonly {
    readonly detector: string;
    readonly vusPr: number;
    readonly recall: number;
    readonly hitRate100: number | null;
    readonly perSeries: Readonly<Record<string, { readonly vusPr: number; readonly segments: number }>>;
  }[];
  readonly streams: readonly { readonly detector: string; readonly score: number; readonly leftOut: object }[];
  readonly faults: readonly { readonly detector: string; readonly first: number; readonly faults: number }[];
}

const parsed = (out: string) => JSON.parse(out) as readonly Printed[];

describe("cmswatch evaluate", () => {
  it("prints each detector beside the floor and random scores, with explanations where there are any", async () => {
    await pair("x", (row) => row >= 200 && row < 220);
    await pair("y", (row) => row >= 100 && row < 120);
    await writeFile(join(folder, "x.interpretation.txt"), "200-220:1\n");
    const { out, err } = await run("evaluate", "--data", folder, "--detector", "robust", "--window", "10", "--json");
    const [set] = parsed(out);
    const detectors = set?.detectors ?? [];
    expect(detectors.map(({ detector }) => detector)).toEqual(["robust", "mahalanobis", "pca", "random"]);
    expect(detectors[0]).toMatchObject({
      recall: 1,
      hitRate100: 1,
      perSeries: { x: { segments: 1 }, y: { segments: 1 } },
    });
    expect(detectors[0]?.vusPr).toBeGreaterThan(0.9);
    expect(detectors[3]?.vusPr).toBeLessThan(0.4);
    expect(err).toContain("robust 2/2 y: VUS-PR");
  });

  it("needs nothing but a folder: prints tables of all cheap detectors, without explanations where there are none", async () => {
    await pair("machine", (row) => row >= 200 && row < 220);
    const { out, code } = await run("evaluate", "--data", folder, "--quiet", "--markdown");
    expect(out).toMatch(/\| default \|.*\n\| robust \|/);
    expect(out).toContain("| – | – |");
    expect(out).toMatch(/\| machine \|( [\d.]+ \|){6}\n/);
    expect(code).toBe(0);
  });

  it("trains on the first points of the test file in TSB-AD's protocol, and names the best published figure", async () => {
    await pair("x", (row) => row >= 300 && row < 320);
    await pair("y", (row) => row >= 300 && row < 320);
    const manifest = {
      x: { tsb_ad_m: { train_points: 150, published_vus_pr: { A: 0.25, B: 0.5 } } },
      y: { length: 400 },
    };
    await writeFile(join(folder, "manifest.json"), JSON.stringify(manifest));
    const words = ["evaluate", "--data", folder, "--detector", "robust", "--protocol", "tsb-ad"];
    const { out } = await run(...words);
    expect(out).toContain("best published of each series, mean: 0.500");
    expect(Object.keys(parsed((await run(...words, "--json")).out)[0]?.detectors[0]?.perSeries ?? {})).toEqual(["x"]);
    expect((await run("evaluate", "--data", folder, "--protocol", "thirds")).err).toContain("give halves or tsb-ad");
  });

  it("finds several data sets below one folder: streams with windows, and faults", async () => {
    await mkdir(join(folder, "nab/real"), { recursive: true });
    await mkdir(join(folder, "pods"));
    const minute = (at: number) => new Date(Date.UTC(2026, 0, 1) + at * 60_000).toISOString().slice(0, 19);
    const random = seededRandom(3);
    const value = (hot: boolean) => (random() + (hot ? 30 : 0)).toFixed(3);
    const stream = Array.from({ length: 600 }, (_, i) => `${minute(i)},${value(i >= 400 && i < 404)}`);
    await writeFile(join(folder, "nab/real/a.csv"), `timestamp,value\n${stream.join("\n")}\n`);
    const windows = { "real/a.csv": [[minute(390).replace("T", " "), minute(420).replace("T", " ")]] };
    await writeFile(join(folder, "nab/combined_windows.json"), JSON.stringify(windows));
    for (const pod of ["a", "b", "c"]) {
      const body = Array.from({ length: 300 }, (_, i) => `${minute(i)},${value(pod === "b" && i > 100 && i < 104)},5`);
      await writeFile(join(folder, `pods/${pod}_metric.csv`), `Time,cpu,memory\n${body.join("\n")}\n`);
    }
    const fault = { inject_time: minute(100).replace("T", " "), inject_pod: "b", inject_type: "cpu" };
    await writeFile(join(folder, "pods/faults.json"), JSON.stringify({ "00": [fault] }));
    const [nab, pods] = parsed((await run("evaluate", "--data", folder, "--detector", "default,robust", "--json")).out);
    expect(nab).toMatchObject({ data: "nab", streams: [{ detector: "default" }, { detector: "robust" }] });
    expect(nab?.streams[0]?.score).toBeGreaterThan(80);
    expect(pods?.data).toBe("pods");
    expect(pods?.faults.map(({ detector }) => detector)).toEqual(["default", "robust", "pca", "ewma"]);
    expect(pods?.faults[0]).toMatchObject({ first: 1, faults: 1, events: { faults: 1 } });
    expect(pods?.faults[1]).toMatchObject({ first: 1 });
  });

  it("follows links to files and folders", async () => {
    await mkdir(join(folder, "real"));
    await mkdir(join(folder, "links"));
    await writeFile(join(folder, "real/x.train.csv"), rows(500, 1, quiet, false));
    await writeFile(
      join(folder, "real/x.test.csv"),
      rows(400, 2, (row) => row === 200, true),
    );
    await symlink(join(folder, "real/x.train.csv"), join(folder, "links/x.train.csv"));
    await symlink(join(folder, "real/x.test.csv"), join(folder, "links/x.test.csv"));
    await mkdir(join(folder, "top"));
    await symlink(join(folder, "links"), join(folder, "top/set"));
    const { out } = await run("evaluate", "--data", join(folder, "top"), "--detector", "robust", "--json", "--quiet");
    expect(parsed(out)[0]).toMatchObject({ data: "set", kind: "pairs" });
  });

  it("asks for labels, and for something to evaluate on", async () => {
    await writeFile(join(folder, "x.train.csv"), rows(100, 1, quiet, false));
    await writeFile(join(folder, "x.test.csv"), rows(100, 2, quiet, false));
    expect((await run("evaluate", "--data", folder)).err).toContain("no column label");
    expect((await run("evaluate")).err).toContain("give --data DIR or --nab DIR");
    expect((await run("evaluate", "--data", join(folder, "none"))).err).toContain("no such folder");
    await mkdir(join(folder, "empty"));
    expect((await run("evaluate", "--data", join(folder, "empty"))).err).toContain("no labelled data");
  });
});
