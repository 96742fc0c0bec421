import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seededRandom } from "../../src/detect/math/random.ts";
import type { BacktestReport } from "../../src/evaluate/backtest/report.ts";
import { openStore } from "../../src/store/open.ts";
import { feedback, minute, trackedTicket } from "../store/samples.ts";
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
    expect(out).toMatch(/1 entity over 9h 59m: 1 event \(2\.4 a day/);
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

  it("counts what people called ordinary and announced interventions as the service does, and says what they changed", async () => {
    const store = await openStore({ url: path("data") });
    const scope = { service: "wmstats", entity: null, metrics: ["latency"], kind: "point", hour: null, strength: 1e6 };
    await store.feedback.save(feedback("f1", { by: "ada", kind: "not-anomaly", details: { scopes: [scope] } }));
    const announced = trackedTicket("OTG1", { resolvedAt: minute(9) });
    const at = (row: number) => new Date((FIRST + row * 60) * 1000);
    const times = { startsAt: at(1490), endsAt: at(1600), subject: "dbs database upgrade" };
    await store.tickets.save([{ ...announced, ticket: { ...announced.ticket, ...times, system: "ssb" } }], []);
    await store.close();
    const files = ["--train", path("dbs.train.csv"), "--test", path("dbs.test.csv")];
    const run = async (service: string, url: string, ...more: string[]) => {
      const words = ["backtest", "--config", path("cmswatch.yaml"), ...files, "--service", service, ...more];
      return cmswatch(words, { environment: { CMSWATCH_STORE_URL: url } });
    };
    const report = async (service: string, url: string) =>
      JSON.parse((await run(service, url, "--json")).out) as BacktestReport;
    const [plain, lowered] = [await report("dbs", path("none")), await report("dbs", path("data"))];
    expect(plain.notes[0]).toMatch(/^neither feedback nor announced interventions count: there is no store at/);
    expect(plain.changes).toEqual([]);
    expect([plain.alerts[0]?.severity, lowered.alerts[0]?.severity]).toEqual(["medium", "warning"]);
    expect(lowered.notes).toEqual([]);
    expect(lowered.changes).toEqual([
      { by: "intervention", because: expect.stringContaining("OTG1"), effect: "one step less severe", alerts: 1 },
    ]);
    const ordinary = await report("wmstats", path("data"));
    expect(ordinary).toMatchObject({ alerts: [], told: [], noise: { events: 1, alerts: 0 } });
    expect(ordinary.muted).toMatchObject([{ service: "wmstats", told: [], lowered: [{ by: "feedback" }] }]);
    const shown = await run("wmstats", path("data"));
    expect(shown.code).toBe(0);
    expect(shown.out).toContain("1 more that people call ordinary and nobody is told of");
    expect(shown.out).toMatch(/ada marked this as not an anomaly on .* +1 +nobody is told/);
  }, 60_000);

  it("says that a running service holds the store, and goes on without it", async () => {
    const store = await openStore({ url: path("held") });
    await writeFile(path("held/cmswatch.lock"), JSON.stringify({ pid: 1, host: "elsewhere", started: null }));
    const words = ["backtest", "--config", path("cmswatch.yaml"), "--pairs", path("one"), "--service", "dbs"];
    const { out, code } = await cmswatch(words, { environment: { CMSWATCH_STORE_URL: path("held") } });
    await store.close();
    expect(code).toBe(1);
    expect(out).toContain("note: neither feedback nor announced interventions count:");
  }, 60_000);

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
