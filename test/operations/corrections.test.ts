import { beforeEach, describe, expect, it } from "vitest";
import type { ActiveAlert } from "../../src/alert/alert.ts";
import type { AlertGroup } from "../../src/alert/group.ts";
import { loadCatalogue } from "../../src/config/catalogue.ts";
import { configSchema } from "../../src/config/schema.ts";
import { asActive, createPipeline } from "../../src/intelligence/pipeline.ts";
import type { Actor } from "../../src/operations/actions-types.ts";
import { createCorrections } from "../../src/operations/corrections.ts";
import type { Feedback } from "../../src/store/store.ts";

const ADA: Actor = { person: { name: "ada" }, via: "slack" };
const START = new Date("2026-03-02T10:00:00Z");
const minute = (count: number) => new Date(START.getTime() + count * 60_000);

describe("people's word on groups", () => {
  let now: Date;
  let kept: Feedback[];
  let firing: ActiveAlert[];
  let groups: readonly AlertGroup[];
  let pipeline: ReturnType<typeof createPipeline>;
  beforeEach(() => {
    now = START;
    kept = [];
    firing = [];
    groups = [];
    pipeline = createPipeline(configSchema.parse({}), { catalogue: loadCatalogue(null) });
  });

  const look = () => {
    groups = pipeline.run(firing, now).groups;
  };
  const fire = (alertname: string, service: string, more: Readonly<Record<string, string>> = {}) => {
    const labels = { alertname, service, severity: "high", ...more };
    firing.push(asActive({ labels, annotations: {}, startsAt: now, endsAt: null }, now));
    look();
  };
  const groupOf = (alertname: string) =>
    groups.find(
      ({ alerts, state }) => state !== "resolved" && alerts.some(({ labels }) => labels["alertname"] === alertname),
    );
  const desk = () =>
    createCorrections(
      {
        grouping: pipeline,
        store: { feedback: { save: async (entry: Feedback) => void kept.push(entry) } },
        clock: () => now,
        newId: () => `f${kept.length}`,
      } as never,
      {
        find: (id) => groups.find((group) => group.id === id) ?? null,
        afterLook: async (id) => {
          look();
          return groups.find((group) => group.id === id) ?? null;
        },
        record: async () => {},
      },
    );

  it("two groups become one at once, it is kept, and such alerts are put together the next time", async () => {
    fire("ReqMgrQueueFull", "reqmgr2");
    now = minute(90);
    fire("CouchCompactionStuck", "couchdb");
    const [into, from] = [groupOf("ReqMgrQueueFull")?.id ?? "", groupOf("CouchCompactionStuck")?.id ?? ""];
    expect(into).not.toBe(from);
    const result = await desk().merge({ into, from }, ADA);
    expect(result).toMatchObject({ ok: true, reason: expect.stringContaining("such alerts are put together") });
    expect(groupOf("CouchCompactionStuck")?.id).toBe(into);
    expect(kept).toMatchObject([{ kind: "wrong-group", by: "ada", details: { merge: into } }]);
    firing = [];
    now = minute(24 * 60);
    look();
    now = minute(25 * 60);
    fire("ReqMgrQueueFull", "reqmgr2", { pod: "a" });
    now = minute(26 * 60);
    fire("CouchCompactionStuck", "couchdb", { pod: "b" });
    expect(groupOf("CouchCompactionStuck")?.id).toBe(groupOf("ReqMgrQueueFull")?.id);
  });

  it("an alert taken out has its own group; the last one cannot be taken out", async () => {
    fire("PodCrashLooping", "dbs", { namespace: "dbs", pod: "dbs-1", severity: "critical" });
    fire("HighErrorRate", "dbs", { namespace: "dbs", pod: "dbs-1" });
    await desk().merge({ into: groupOf("PodCrashLooping")?.id ?? "", from: groupOf("HighErrorRate")?.id ?? "" }, ADA);
    const first = groupOf("PodCrashLooping");
    const one = first?.alerts.find(({ labels }) => labels["alertname"] === "HighErrorRate");
    expect(first?.alerts).toHaveLength(2);
    const wish = { groupId: first?.id ?? "", fingerprints: [one?.fingerprint ?? ""] };
    expect(await desk().split(wish, ADA)).toMatchObject({ ok: true });
    expect(groupOf("HighErrorRate")?.id).not.toBe(first?.id);
    const rest = groupOf("PodCrashLooping");
    const all = rest?.alerts.map(({ fingerprint }) => fingerprint) ?? [];
    const refused = await desk().split({ groupId: rest?.id ?? "", fingerprints: all }, ADA);
    expect(refused).toMatchObject({ ok: false, because: "gone" });
    expect(kept).toHaveLength(2);
  });

  it("a group that is closed is refused, and nothing is kept", async () => {
    expect(await desk().merge({ into: "a", from: "b" }, ADA)).toMatchObject({ ok: false });
    expect(kept).toEqual([]);
  });
});
