import { describe, expect, it } from "vitest";
import { formatNoise, formatPages } from "../../../src/cli/alerts/report.ts";
import { pageFigures } from "../../../src/intelligence/noise/pages.ts";
import { noiseReport } from "../../../src/intelligence/noise/report.ts";
import type { AlertChange } from "../../../src/store/store.ts";
import { NOW } from "../support.ts";

const at = (minute: number) => new Date(NOW.getTime() + 60_000 * minute);
const change = (
  minute: number,
  state: AlertChange["state"],
  alertname = "A",
  more: Partial<AlertChange> = {},
): AlertChange => ({
  fingerprint: alertname,
  at: at(minute),
  state,
  labels: { alertname, service: "dbs" },
  annotations: {},
  groupId: "g1",
  actor: null,
  ...more,
});
const report = (changes: readonly AlertChange[]) => noiseReport(changes, at(0), at(1000));
const flaps = (times: number, alertname = "A") =>
  Array.from({ length: times }, (_, index) => [
    change(20 * index, "firing", alertname),
    change(20 * index + 4, "resolved", alertname),
  ]).flat();

describe("the noise report", () => {
  it("counts what fired, who acted, what ended by itself", () => {
    const { alerts, groups, rows } = report([
      change(1, "firing"),
      change(2, "acknowledged"),
      change(9, "resolved"),
      change(20, "firing"),
      change(21, "silenced"),
      change(30, "firing", "B"),
      change(35, "resolved", "B"),
    ]);
    expect([alerts, groups]).toEqual([3, 1]);
    expect(
      rows.map((row) => [row.alertname, row.fired, row.acknowledged, row.silenced, row.resolvedAlone, row.untouched]),
    ).toEqual([
      ["B", 1, 0, 0, 1, 1],
      ["A", 2, 1, 1, 0, 0],
    ]);
  });

  it("says what would help against flapping", () => {
    expect(report(flaps(4)).rows[0]).toMatchObject({ flapping: 1, medianLength: 240_000 });
    expect(report(flaps(4)).rows[0]?.advice).toBe(
      "it flaps and is over in 4m: lengthen the rule's `for:` to 8m, or give it a `keep_firing_for:`",
    );
  });

  it("says what would help against what is always silenced, and against what nobody touches", () => {
    const silenced = Array.from({ length: 5 }, (_, index) => [
      change(index, "firing", "S", { fingerprint: `s${index}` }),
      change(index, "silenced", "S", { fingerprint: `s${index}` }),
    ]).flat();
    const idle = Array.from({ length: 5 }, (_, index) => change(index, "firing", "I", { fingerprint: `i${index}` }));
    const advice = Object.fromEntries(report([...silenced, ...idle]).rows.map((row) => [row.alertname, row.advice]));
    expect(advice["S"]).toMatch(/nearly always silenced/);
    expect(advice["I"]).toMatch(/nobody ever does anything/);
  });

  it("takes tickets for one rule, and does not mind the order or what lies outside the time", () => {
    const tickets = [
      change(5, "resolved", "ggus-1"),
      change(1, "firing", "ggus-1"),
      change(2, "firing", "ggus-2"),
      change(-5, "firing", "ggus-3"),
    ];
    expect(report(tickets).rows.map((row) => [row.alertname, row.fired, row.resolvedAlone])).toEqual([
      ["ggus-…", 2, 1],
    ]);
  });

  it("is one line when nothing fired", () => {
    expect(formatNoise(report([]), 20)).toBe("0 alerts in 0 groups (0 % fewer) since 2024-05-07T12:00Z\n");
    expect(formatNoise(report(flaps(4)), 20).split("\n").length).toBe(5);
  });
});

describe("the time to acknowledge", () => {
  it("is counted from the firing to the first acknowledgement, per rule and over all", () => {
    const { rows, timeToAcknowledge } = report([
      change(0, "firing"),
      change(4, "acknowledged"),
      change(6, "acknowledged"),
      change(9, "resolved"),
      change(20, "firing"),
      change(22, "acknowledged"),
      change(30, "firing", "B"),
    ]);
    expect(timeToAcknowledge).toBe(240_000);
    expect(rows.map((row) => [row.alertname, row.timeToAcknowledge])).toEqual([
      ["B", null],
      ["A", 240_000],
    ]);
  });

  it("stands in the report for people, with what came of pages", () => {
    const sent = {
      groupId: "g1",
      person: "ada",
      step: 0,
      sentAt: at(0),
      deliveredAt: at(0),
      seenAt: null,
      answeredAt: null,
    };
    const figures = pageFigures([
      { ...sent, id: "1", seenAt: at(2), answeredAt: at(3) },
      { ...sent, id: "2", groupId: "g2", seenAt: at(5) },
      { ...sent, id: "3", groupId: "g2", step: 1, deliveredAt: null },
    ]);
    expect(figures).toMatchObject({ sent: 3, delivered: 2, seen: 2, answered: 1, unansweredGroups: 1 });
    expect(formatPages(figures)).toBe(
      "pages: 3 sent, 2 delivered after 1s, 2 seen after 5m, 1 answered after 3m (medians); nobody paged answered for 1 groups\n",
    );
    expect(formatPages(pageFigures([]))).toBe("");
    const text = formatNoise(report([change(0, "firing"), change(4, "acknowledged")]), 5);
    expect(text).toContain("acknowledged after 4m (median)");
    expect(text).toMatch(/to ack\n.* 4m {2}A/);
  });
});
