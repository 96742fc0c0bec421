import { describe, expect, it } from "vitest";
import { asOneEvent, isOver, takeIn } from "../../../src/anomalies/life/service-events.ts";
import { event, minute } from "./events.ts";

const pod = (name: number, more: Parameters<typeof event>[1] = {}) =>
  event(`e${name}`, { entity: `dbs-${name}`, closedAt: null, peakScore: name, ...more });
const pods = Array.from({ length: 200 }, (_, at) => pod(at + 1));

describe("a service's event", () => {
  it("is one for two hundred pods, names the worst, and counts them", () => {
    const one = asOneEvent(takeIn(null, "dbs", pods), 210);
    expect(one).toMatchObject({ entity: "dbs", service: "dbs", closedAt: null, peakScore: 200 });
    expect(one.evidence[0]).toBe("200 of 210 entities, worst dbs-200, dbs-199, dbs-198");
    expect(one.context).toMatchObject({ affected: 200, scored: 210 });
    expect(one.context?.members).toHaveLength(10);
    expect(one.context?.members[0]).toMatchObject({ entity: "dbs-200", metric: "latency" });
    expect(one.contributions[0]).toMatchObject({ metric: "latency", share: expect.closeTo(0.8) });
  });

  it("keeps its id and beginning while members come and go, and closes with the last", () => {
    const first = takeIn(null, "dbs", [pod(1)]);
    const second = takeIn(first, "dbs", [
      pod(2, { openedAt: minute(3) }),
      pod(1, { closedAt: minute(4), updatedAt: minute(4) }),
    ]);
    expect(second.id).toBe(first.id);
    expect(isOver(second)).toBe(false);
    expect(asOneEvent(second, 2)).toMatchObject({ openedAt: minute(0), closedAt: null, context: { affected: 2 } });
    const last = takeIn(second, "dbs", [pod(2, { closedAt: minute(9), updatedAt: minute(9) })]);
    expect(isOver(last)).toBe(true);
    expect(asOneEvent(last, 2).closedAt).toEqual(minute(9));
  });

  it("counts who is in it now, the most at one time, and calls them what they are", () => {
    const first = takeIn(null, "dbs", pods.slice(0, 3));
    const ended = { closedAt: minute(4), updatedAt: minute(4) };
    const second = takeIn(first, "dbs", [pod(1, ended), pod(2, ended), pod(7, { openedAt: minute(5) })]);
    const one = asOneEvent(second, 50, "pods");
    expect(one.context).toMatchObject({ now: 2, atOnce: 3, affected: 4, scored: 50 });
    expect(one.evidence[0]).toBe("2 of 50 pods, 4 since it began, worst dbs-7, dbs-3");
  });

  it("has the class that most of its open members have, and the earliest first move", () => {
    const down = { class: "availability", context: { firstMove: null } } as const;
    const moved = { context: { firstMove: { metric: "cpu", at: minute(-2), seen: 1, usual: 0 } } };
    const one = asOneEvent(takeIn(null, "dbs", [pod(9, moved), pod(1, down), pod(2, down)]), 3);
    expect(one).toMatchObject({ class: "availability", context: { firstMove: { metric: "cpu" } } });
  });

  it("remembers a bounded number of members", () => {
    const many = Array.from({ length: 2500 }, (_, at) => pod(at, { closedAt: minute(1) }));
    const taken = takeIn(takeIn(null, "dbs", many), "dbs", [pod(9999)]);
    expect(taken.members.size).toBeLessThanOrEqual(2000);
    expect(taken.affected.size).toBe(2501);
  });
});
