import { mkdtemp, rm, writeFile } from "node:fs/promises";
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

describe("cmswatch evaluate", () => {
  it("prints each detector beside the floor and random scores", async () => {
    const hot = (row: number) => row >= 200 && row < 220;
    await writeFile(
      join(folder, "x.train.csv"),
      rows(500, 1, () => false, false),
    );
    await writeFile(join(folder, "x.test.csv"), rows(400, 2, hot, true));
    const { out } = await run("evaluate", "--data", folder, "--detector", "robust", "--window", "10", "--json");
    const { detectors } = JSON.parse(out) as { detectors: { detector: string; vusPr: number; recall: number }[] };
    expect(detectors.map(({ detector }) => detector)).toEqual(["robust", "mahalanobis", "random"]);
    expect(detectors[0]?.vusPr).toBeGreaterThan(0.9);
    expect(detectors[2]?.vusPr).toBeLessThan(0.4);
    expect(detectors[0]?.recall).toBe(1);
  });

  it("asks for labels, and for something to evaluate on", async () => {
    await writeFile(
      join(folder, "x.train.csv"),
      rows(100, 1, () => false, false),
    );
    await writeFile(
      join(folder, "x.test.csv"),
      rows(100, 2, () => false, false),
    );
    expect((await run("evaluate", "--data", folder)).err).toContain("no column label");
    expect((await run("evaluate")).err).toContain("give --data DIR or --nab DIR");
  });
});
