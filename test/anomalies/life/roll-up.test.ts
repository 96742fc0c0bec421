import { describe, expect, it } from "vitest";
import type { Anomaly } from "../../../src/alert/anomaly.ts";
import { extentOf, loweredByExtent, sayExtent } from "../../../src/anomalies/life/extent.ts";
import { createRollUp, splitServices } from "../../../src/anomalies/life/roll-up.ts";
import { event, minute } from "./events.ts";

const pod = (name: number, more: Parameters<typeof event>[1] = {}) =>
  event(`e${name}`, { entity: `dbs-${name}`, closedAt: null, ...more });
const parts = (service: string) => (service === "dbs" ? "pods" : null);
const create = () => createRollUp({ parts, scored: () => 50 });

describe("a roll-up", () => {
  it("makes one event of a split service's, and leaves others as they are", () => {
    const das = event("das", { service: "das", entity: "das" });
    const { seen, members } = create().take([pod(1), das, pod(2)]);
    expect(seen).toHaveLength(2);
    expect(seen[0]).toBe(das);
    expect(seen[1]).toMatchObject({ entity: "dbs", context: { now: 2, scored: 50, parts: "pods" } });
    expect(members.map(({ id, partOf }) => [id, partOf])).toEqual([
      ["e1", seen[1]?.id],
      ["e2", seen[1]?.id],
    ]);
  });

  it("goes on with an event after a restart, with the most that were in it at once", () => {
    const first = create();
    const [whole] = first.take([pod(1), pod(2), pod(3)]).seen;
    first.take([pod(1, { closedAt: minute(4) }), pod(2, { closedAt: minute(4) })]);
    const second = create();
    second.resume(whole ?? event("?"), [pod(3)]);
    expect(second.take([pod(3, { updatedAt: minute(6) })]).seen[0]).toMatchObject({
      id: whole?.id,
      context: { now: 1, atOnce: 3, affected: 3 },
    });
  });

  it("begins another event after it was dropped, and says whose events were in it", () => {
    const rolled = create();
    const [whole] = rolled.take([pod(1)]).seen;
    expect(rolled.drop(whole?.id ?? "")).toEqual(["e1"]);
    expect(rolled.drop("unknown")).toEqual([]);
    expect(rolled.take([pod(2, { openedAt: minute(8) })]).seen[0]?.id).not.toBe(whole?.id);
  });
});

describe("services whose entities are scored apart", () => {
  it("are those split by labels or by several specifications, named after the last label", () => {
    const specs = [
      { service: "dbs", by: ["namespace", "pod"] },
      { service: "das", by: [] },
      { service: "crab", by: ["container_name"] },
      { service: "t0", by: [] },
      { service: "t0", by: [] },
      { service: "odd", by: ["shard"] },
    ];
    expect([...splitServices(specs)]).toEqual([
      ["dbs", "pods"],
      ["crab", "containers"],
      ["t0", "entities"],
      ["odd", "entities"],
    ]);
  });
});

describe("the extent of an event", () => {
  const of = (atOnce: number, scored: number) => {
    const rolled = createRollUp({ parts, scored: () => scored });
    return rolled.take(Array.from({ length: atOnce }, (_, at) => pod(at))).seen[0] as Anomaly;
  };

  it("is few below a fifth of five entities or more, by the most at one time", () => {
    expect(extentOf(of(9, 50).context)).toBe("few");
    expect(extentOf(of(10, 50).context)).toBe("many");
    expect(extentOf(of(1, 4).context)).toBeNull();
    expect(extentOf(event("e").context)).toBeNull();
    expect(extentOf(undefined)).toBeNull();
  });

  it("is a reason to take it less seriously only for few, with the numbers", () => {
    expect(loweredByExtent(of(3, 50))).toEqual({ by: "extent", muted: false, because: "only 3 of 50 pods" });
    expect(loweredByExtent(of(40, 50))).toBeNull();
    expect(sayExtent(event("e").context ?? { members: [], affected: 1, scored: 1 })).toBeNull();
  });
});
