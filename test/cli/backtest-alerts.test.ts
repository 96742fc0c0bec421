import { describe, expect, it } from "vitest";
import type { Anomaly, Lowering } from "../../src/alert/anomaly.ts";
import type { ReplayedEntity } from "../../src/anomalies/life/backtest.ts";
import { loweredByExtent } from "../../src/anomalies/life/extent.ts";
import { loadCatalogue } from "../../src/config/catalogue.ts";
import { loadConfig } from "../../src/config/load.ts";
import { changesOf, pastAlerts } from "../../src/evaluate/backtest/alerts.ts";
import { event, minute } from "../anomalies/life/events.ts";

const config = loadConfig(null, {});
const catalogue = loadCatalogue(null);
const replayed = (entity: string, ...events: Anomaly[][]): ReplayedEntity => ({
  entity,
  service: "dbs",
  points: 100,
  scored: 100,
  inAlert: 5,
  events,
});
/** A pod's event from one minute to another. */
const pod = (name: number, from: number, to: number): Anomaly[] => {
  const of = { entity: `dbs-${name}`, openedAt: minute(from), peakAt: minute(from) };
  return [
    event(`e${name}-${from}`, { ...of, updatedAt: minute(from), closedAt: null }),
    event(`e${name}-${from}`, { ...of, updatedAt: minute(to), closedAt: minute(to) }),
  ];
};
const fifty = (events: (name: number) => Anomaly[][]) =>
  Array.from({ length: 50 }, (_, name) => replayed(`dbs-${name}`, ...events(name)));
const tell = (all: readonly ReplayedEntity[], lowered: (one: Anomaly) => readonly Lowering[] = () => []) =>
  pastAlerts(all, {
    config,
    catalogue,
    parts: () => "pods",
    lowered: (one) => [...lowered(one), ...[loweredByExtent(one)].filter((reason) => reason !== null)],
  });

describe("alerts of the past", () => {
  it("are one for pods whose events overlap, and another one after a gap", () => {
    const { alerts } = tell([replayed("dbs-1", pod(1, 0, 5), pod(1, 20, 25)), replayed("dbs-2", pod(2, 3, 9))]);
    expect(alerts.map(({ openedAt, closedAt }) => [openedAt, closedAt])).toEqual([
      [minute(0).toISOString(), minute(9).toISOString()],
      [minute(20).toISOString(), minute(25).toISOString()],
    ]);
    expect(alerts[0]?.summary).toContain("dbs (2 of 2 pods)");
  });

  it("are less severe for one pod of fifty than for forty, and are raised when more join", () => {
    const one = tell(fifty((name) => (name === 0 ? [pod(0, 0, 9)] : [])));
    const forty = tell(fifty((name) => (name < 40 ? [pod(name, 0, 9)] : [])));
    const growing = tell(fifty((name) => (name < 40 ? [pod(name, name === 0 ? 0 : 3, 9)] : [])));
    expect([one, forty, growing].map(({ alerts }) => alerts[0]?.severity)).toEqual(["info", "warning", "warning"]);
    expect(changesOf(one)).toEqual([
      {
        by: "extent",
        because: "less than a fifth of the service's entities",
        effect: "one step less severe",
        alerts: 1,
      },
    ]);
    expect(changesOf(forty)).toEqual([]);
  });

  it("stay told of when what mutes them holds only at the end, and are spared when it holds from the beginning", () => {
    const ordinary = { by: "feedback", muted: true, because: "ada said so" } as const;
    const late = tell([replayed("dbs-1", pod(1, 0, 9))], ({ closedAt }) => (closedAt === null ? [] : [ordinary]));
    const early = tell([replayed("dbs-1", pod(1, 0, 9))], () => [ordinary]);
    expect([late.alerts.length, late.muted.length]).toEqual([1, 0]);
    expect([early.alerts.length, early.muted.length]).toEqual([0, 1]);
    expect(changesOf(early)).toEqual([{ by: "feedback", because: "ada said so", effect: "nobody is told", alerts: 1 }]);
  });
});
