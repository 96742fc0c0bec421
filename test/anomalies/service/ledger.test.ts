import { describe, expect, it } from "vitest";
import type { Anomaly } from "../../../src/alert/anomaly.ts";
import { createLedger } from "../../../src/anomalies/service/ledger.ts";
import { createCurrentState } from "../../../src/status/current-state.ts";
import { event, minute } from "../life/events.ts";

/** A ledger over a store that only remembers what was saved. */
function setUp(kept: readonly Anomaly[] = []) {
  const saved = new Map(kept.map((one) => [one.id, one]));
  const told: (readonly Anomaly[])[] = [];
  const current = createCurrentState(60_000);
  const ledger = createLedger({
    store: {
      anomalies: {
        save: async (some) => {
          for (const one of some) {
            saved.set(one.id, one);
          }
        },
        open: async () => [...saved.values()].filter(({ closedAt }) => closedAt === null),
        recent: async () => [],
        get: async (id) => saved.get(id) ?? null,
      },
    },
    current,
    clock: () => minute(30),
    step: 15_000,
    parts: (service) => (service === "dbs" ? "pods" : null),
    scored: () => 200,
    lowered: () => [],
    suspects: () => [],
    onAnomalies: async (some) => void told.push(some),
  });
  return { ledger, current, saved, told };
}

const pod = (index: number, more: Parameters<typeof event>[1] = {}) =>
  event(`e${index}`, { entity: `dbs-${index}`, closedAt: null, ...more });
const pods = Array.from({ length: 200 }, (_, index) => pod(index));
const closedPods = pods.map((_, index) => pod(index, { closedAt: minute(9), updatedAt: minute(9) }));

describe("the ledger", () => {
  it("tells of one event for two hundred pods, and keeps each pod's own as part of it", async () => {
    const { ledger, current, saved, told } = setUp();
    await ledger.remember(pods);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject([{ entity: "dbs", context: { affected: 200, scored: 200 } }]);
    expect(current.anomalies.last()).toHaveLength(1);
    const whole = told[0]?.[0]?.id;
    expect([...saved.values()].filter(({ partOf }) => partOf === whole)).toHaveLength(200);
    await ledger.remember(closedPods);
    expect(told[1]).toMatchObject([{ id: whole, closedAt: minute(9) }]);
    expect(current.anomalies.last()).toEqual([]);
  });

  it("goes on with it after a restart", async () => {
    const first = setUp();
    await first.ledger.remember(pods);
    const second = setUp([...first.saved.values()]);
    await second.ledger.restore();
    await second.ledger.remember(closedPods.slice(1));
    expect(second.told[0]).toMatchObject([{ id: first.told[0]?.[0]?.id, closedAt: null, context: { affected: 200 } }]);
  });

  it("does not tell of a dismissed one again, but of what opens after it", async () => {
    const { ledger, current, saved, told } = setUp();
    await ledger.remember([pod(1)]);
    ledger.dismiss(told[0]?.[0]?.id ?? "");
    await ledger.remember([pod(1, { updatedAt: minute(6) })]);
    expect(current.anomalies.last()).toEqual([]);
    await ledger.remember([pod(1, { closedAt: minute(9) }), pod(2, { openedAt: minute(8) })]);
    expect(told.at(-1)).toMatchObject([{ context: { affected: 1 }, openedAt: minute(8) }]);
    expect(saved.get("e1")?.closedAt).toEqual(minute(9));
  });

  it("leaves services that are scored as a whole as they are", async () => {
    const { ledger, told } = setUp();
    await ledger.remember([event("das", { service: "das", entity: "das", closedAt: null })]);
    expect(told[0]).toMatchObject([{ id: "das", entity: "das", context: { affected: 1, members: [] } }]);
    expect(told[0]?.[0]?.partOf).toBeUndefined();
  });
});
