import { pino } from "pino";
import { describe, expect, it } from "vitest";
import type { Alert } from "../../../src/alert/alert.ts";
import { anomalyToAlert } from "../../../src/anomalies/alerts/anomaly-alerts.ts";
import { createAnomalyPush } from "../../../src/anomalies/service/anomaly-push.ts";
import { loadCatalogue } from "../../../src/config/catalogue.ts";
import { event, minute } from "../life/events.ts";

/** A push whose Alertmanager only notes what it is sent, or fails. */
function setUp() {
  const posted: (readonly Alert[])[] = [];
  let failing = false;
  const push = createAnomalyPush({
    alertmanager: { alerts: async () => [] },
    sink: {
      async push(alerts) {
        if (failing) {
          throw new Error("away");
        }
        posted.push(alerts);
        return alerts;
      },
    },
    toAlert: (anomaly, pushed) => anomalyToAlert(anomaly, loadCatalogue(null), null, pushed),
    clock: () => minute(30),
    log: pino({ level: "silent" }),
  });
  return {
    push,
    posted,
    fail: (isFailing: boolean) => {
      failing = isFailing;
    },
  };
}

const open = event("e", { closedAt: null });
const muted = event("e", {
  closedAt: null,
  context: { lowered: [{ by: "feedback", muted: true, because: "ada said so" }] },
});

describe("what is pushed", () => {
  it("is every open event each time, with the labels it was first pushed with", async () => {
    const { push, posted } = setUp();
    await push([open]);
    await push([{ ...open, score: 5, evidence: ["something else"] }]);
    expect(posted[1]?.[0]?.labels).toEqual(posted[0]?.[0]?.labels);
    expect(posted[1]?.[0]?.endsAt).toBeNull();
  });

  it("is nothing for an event that was muted from the beginning", async () => {
    const { push, posted } = setUp();
    await push([muted]);
    expect(posted).toEqual([]);
  });

  it("is the end of an alert whose event a person called ordinary, once", async () => {
    const { push, posted } = setUp();
    await push([open]);
    await push([muted]);
    expect(posted[1]?.[0]?.endsAt).toEqual(minute(30));
    await push([muted]);
    expect(posted).toHaveLength(2);
  });

  it("waits while Alertmanager is away", async () => {
    const { push, posted, fail } = setUp();
    await push([open]);
    fail(true);
    await push([{ ...open, closedAt: minute(9) }]);
    fail(false);
    await push([]);
    expect(posted[1]?.[0]?.endsAt).toEqual(minute(9));
  });

  it("is another alert, more severe, when an event of few pods comes to be of many; the first one ends", async () => {
    const { push, posted } = setUp();
    const members = [{ id: "p", entity: "dbs-1", openedAt: minute(0), closedAt: null, peakScore: 8, metric: "cpu" }];
    const of = (atOnce: number) =>
      event("e", {
        closedAt: null,
        context: { members, affected: atOnce, now: atOnce, atOnce, scored: 50, parts: "pods" },
      });
    await push([of(3)]);
    await push([of(40)]);
    await push([of(40)]);
    const look = posted.map((alerts) =>
      alerts.map(({ labels, endsAt }) => [labels["extent"], labels["severity"], endsAt === null ? "open" : "over"]),
    );
    expect(look).toEqual([
      [["few", "info", "open"]],
      [["many", "warning", "open"]],
      [["few", "info", "over"]],
      [["many", "warning", "open"]],
    ]);
  });

  it("stays one alert of many while its pods recover one after the other", async () => {
    const { push, posted } = setUp();
    const members = [{ id: "p", entity: "dbs-1", openedAt: minute(0), closedAt: null, peakScore: 8, metric: "cpu" }];
    const context = { members, affected: 40, atOnce: 40, scored: 50 };
    await push([event("e", { closedAt: null, context: { ...context, now: 40 } })]);
    await push([event("e", { closedAt: null, context: { ...context, now: 1 } })]);
    expect(posted[1]?.map(({ labels }) => labels)).toEqual(posted[0]?.map(({ labels }) => labels));
  });

  it("goes on as the more serious alert when it rises, the new one first; falling back changes nothing", async () => {
    const { push, posted } = setUp();
    const at = (score: number, look: "performance" | "availability") =>
      event("e", { closedAt: null, score, threshold: 4, class: look });
    await push([at(5, "performance")]);
    await push([at(5, "availability")]);
    await push([at(5, "performance")]);
    await push([{ ...at(5, "performance"), closedAt: minute(9) }]);
    const look = posted.map((alerts) =>
      alerts.map(({ labels, endsAt }) => [labels["class"], labels["severity"], endsAt === null ? "open" : "over"]),
    );
    expect(look).toEqual([
      [["performance", "warning", "open"]],
      [["availability", "high", "open"]],
      [["performance", "warning", "over"]],
      [["availability", "high", "open"]],
      [["availability", "high", "over"]],
    ]);
  });

  it("rises by severity alone, and not for one whose metrics are back", async () => {
    const { push, posted } = setUp();
    const at = (score: number) => event("e", { closedAt: null, score, threshold: 4, class: "performance" });
    await push([at(5)]);
    await push([{ ...at(9), lastOver: minute(3) }]);
    await push([at(9)]);
    expect(posted.map(([first]) => first?.labels["severity"])).toEqual(["warning", "warning", "medium", "warning"]);
    expect(posted[1]?.[0]?.annotations["recovering"]).toMatch(/^recovering, last over the limit \d\d:\d\d UTC$/);
  });

  it("does not end an alert that a person's word keeps at its severity", async () => {
    const posted: (readonly Alert[])[] = [];
    const push = createAnomalyPush({
      alertmanager: { alerts: async () => [] },
      sink: {
        async push(alerts) {
          const kept = alerts.map((alert) => ({ ...alert, labels: { ...alert.labels, severity: "info" } }));
          posted.push(kept);
          return kept;
        },
      },
      toAlert: (anomaly, pushed) => anomalyToAlert(anomaly, loadCatalogue(null), null, pushed),
      clock: () => minute(30),
      log: pino({ level: "silent" }),
    });
    for (const score of [5, 9, 9]) {
      await push([event("e", { closedAt: null, score, threshold: 4, class: "performance" })]);
    }
    expect(posted.map((alerts) => alerts.map(({ endsAt }) => endsAt))).toEqual([[null], [null], [null]]);
  });
});
