import { describe, expect, it } from "vitest";
import { createGrouper } from "../../../src/intelligence/grouping/grouper.ts";
import { createPipeline } from "../../../src/intelligence/pipeline.ts";
import { activeAlert, catalogue, configWith, NOW } from "../support.ts";

const T = 1_715_000_000;
const event = (t: number, alertname: string, node = "n1", service = "dbs") => ({
  t: T + t,
  labels: { alertname, node, service },
  annotations: {},
});

describe("what people say of groups", () => {
  it("merges them now, and alerts like these the next time", () => {
    const grouper = createGrouper({ catalogue });
    const first = grouper.add(event(0, "A"));
    const second = grouper.add(event(60, "B", "n9", "couchdb"));
    expect(first.groupId).not.toBe(second.groupId);
    expect(grouper.merge(first.groupId, second.groupId)).toEqual([1]);
    expect(grouper.group(second.groupId)).toBeNull();
    const next = createGrouper({ catalogue, state: JSON.parse(JSON.stringify(grouper.state())) });
    const third = next.add(event(90_000, "A"));
    expect(next.add(event(90_500, "B", "n3", "couchdb"))).toMatchObject({
      groupId: third.groupId,
      reason: "people put such alerts together before",
    });
  });

  it("splits them now, and keeps alerts like these apart the next time", () => {
    const grouper = createGrouper({ catalogue });
    const storm = ["KubernetesNodeReady", "B is down", "C is down"].map((name, at) =>
      grouper.add(event(10 * at, name)),
    );
    const id = storm.at(-1)?.groupId ?? "";
    const own = grouper.split(id, [2]);
    expect([own === null || own === id, grouper.group(id)?.size]).toEqual([false, 2]);
    grouper.add(event(90_000, "KubernetesNodeReady", "n2"));
    const burst = grouper.add(event(90_010, "B is down", "n2"));
    expect(grouper.add(event(90_020, "C is down", "n2")).groupId).not.toBe(burst.groupId);
  });

  it("does nothing to groups that are closed, or to a group and itself", () => {
    const grouper = createGrouper({ catalogue });
    const { groupId } = grouper.add(event(0, "A"));
    expect([
      grouper.merge(groupId, "gone"),
      grouper.merge(groupId, groupId),
      grouper.split("gone", [0]),
      grouper.split(groupId, [0]),
    ]).toEqual([[], [], null, null]);
  });

  it("shows in the groups of the pipeline", () => {
    const pipeline = createPipeline(configWith(), { catalogue });
    const alerts = [
      activeAlert({ alertname: "A", service: "dbs" }),
      activeAlert({ alertname: "B", service: "couchdb" }),
    ];
    const [first, second] = pipeline.run(alerts, NOW).groups;
    expect(pipeline.merge(first?.id ?? "", second?.id ?? "")).toBe(true);
    const merged = pipeline.run(alerts, NOW).groups;
    expect(merged.map((group) => [group.id, group.alerts.length])).toEqual([[first?.id, 2]]);
    expect(merged[0]?.reasons).toContain("a person merged them");
    const own = pipeline.split(first?.id ?? "", [alerts[1]?.fingerprint ?? ""]);
    expect(
      pipeline
        .run(alerts, NOW)
        .groups.map((group) => group.id)
        .sort(),
    ).toEqual([first?.id, own].sort());
  });
});
