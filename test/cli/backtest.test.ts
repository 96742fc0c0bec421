import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BacktestReport } from "../../src/cli/backtest.ts";
import { seededRandom } from "../../src/detect/math/random.ts";
import { cmswatch } from "./run.ts";

let folder: string;
const path = (name: string) => join(folder, name);
const FIRST = 1_780_000_000;

function table(from: number, rows: number, spoilt: (row: number) => boolean = () => false): string {
  const random = seededRandom(from);
  const lines = Array.from({ length: rows }, (_, row) => {
    const latency = spoilt(row) ? 40 : 20 + random();
    return `${FIRST + (from + row) * 60},${(10 + random()).toFixed(3)},${latency.toFixed(3)}`;
  });
  return `time,cpu,latency\n${lines.join("\n")}\n`;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cmswatch-backtest-"));
  await writeFile(path("dbs.train.csv"), table(0, 1200));
  await writeFile(
    path("dbs.test.csv"),
    table(1200, 600, (row) => row >= 300 && row < 330),
  );
  await mkdir(path("one"));
  await copyFile(path("dbs.train.csv"), path("one/dbs.train.csv"));
  await copyFile(path("dbs.test.csv"), path("one/dbs.test.csv"));
  await writeFile(
    path("cmswatch.yaml"),
    "slack: { channels: { default: C0ALL, dbs: C0DBS } }\ndetect: { detectors: [mahalanobis] }\n",
  );
});
afterAll(() => rm(folder, { recursive: true }));

describe("cmswatch backtest", () => {
  it("says what would have alerted, who would have been told, and how noisy that is", async () => {
    const files = ["--train", path("dbs.train.csv"), "--test", path("dbs.test.csv")];
    const words = ["backtest", "--config", path("cmswatch.yaml"), ...files, "--service", "dbs", "--json"];
    const { out, code } = await cmswatch(words);
    const report = JSON.parse(out) as BacktestReport;
    expect(code).toBe(1);
    expect(report.noise).toMatchObject({ entities: 1, events: 1, alerts: 1, missingShare: 0 });
    expect(report.noise.eventsPerDay).toBeCloseTo(2.4, 1);
    expect(report.noise.alertShare).toBeGreaterThan(0.03);
    expect(report.alerts[0]).toMatchObject({
      service: "dbs",
      entity: "dbs",
      openedAt: new Date((FIRST + 1500 * 60) * 1000).toISOString(),
      told: expect.arrayContaining(["channel C0DBS"]),
    });
    expect(report.told[0]).toMatchObject({ alerts: 1 });
  });

  it("shows it as tables, over a folder of pairs", async () => {
    const { out } = await cmswatch(["backtest", "--config", path("cmswatch.yaml"), "--pairs", path("one")]);
    expect(out).toContain("detector mahalanobis");
    expect(out).toMatch(/1 entities over 0\.416 days: 1 events \(2\.4 a day/);
    expect(out).toMatch(/channel C0DBS +1/);
    expect(out).toMatch(/opened +lasted +severity +what +told/);
  });

  it("makes one alert of the events of a service's pods that overlap", async () => {
    const pods = await mkdtemp(join(folder, "pods-"));
    for (const pod of ["a", "b"]) {
      await writeFile(join(pods, `${pod}.train.csv`), table(0, 1200));
      const late = pod === "a" ? 0 : 5;
      const spoilt = (row: number) => row >= 300 + late && row < 320 + late;
      await writeFile(join(pods, `${pod}.test.csv`), table(1200, 400, spoilt));
    }
    const { out } = await cmswatch([
      ...["backtest", "--config", path("cmswatch.yaml"), "--pairs", pods, "--service", "dbs", "--json"],
    ]);
    const { noise, alerts } = JSON.parse(out) as BacktestReport;
    expect(noise).toMatchObject({ entities: 2, events: 2, alerts: 1 });
    expect(alerts[0]).toMatchObject({ entity: "dbs", service: "dbs" });
  });

  it.each([
    [["backtest"], "no range to try"],
    [["backtest", "--from", "2026-01-02", "--to", "2026-01-01"], "is not after --from"],
    [["backtest", "--from", "yesterday", "--to", "2026-01-01"], '"yesterday" is not a time'],
    [["backtest", "--from", "2026-01-01", "--to", "2026-01-02"], "there is no past to ask for"],
    [["backtest", "--train", "x.csv"], "--test: is missing"],
    [["backtest", "--train", "x.csv", "--test", "y.csv"], "no such file"],
  ])("refuses %s with a reason", async (words, reason) => {
    const { err, code } = await cmswatch(words);
    expect(code).toBe(2);
    expect(err).toContain(reason);
  });

  it("leaves an entity without enough history out, and says that nothing could be scored", async () => {
    await writeFile(path("short.csv"), "time,cpu\n1780000000,1\n1780000060,2\n");
    const words = ["backtest", "--train", path("short.csv"), "--test", path("short.csv"), "--detector", "mahalanobis"];
    expect((await cmswatch(words)).err).toContain("nothing could be scored (short is left out");
  });
});
