import { describe, expect, it } from "vitest";
import { sampleDetails } from "./sample-details.ts";
import { NOW, sampleSources } from "./sample-sources.ts";

const details = () => sampleDetails(sampleSources().sources);

describe("service page", () => {
  it("has the courses with their band from memory", async () => {
    const page = await details().service("dbs", { hours: 3 });
    expect(page?.courses.map(({ metric, unit }) => [metric, unit])).toEqual([
      ["requests", "per second"],
      ["latency", "seconds"],
      ["cpu", "cores"],
      ["memory", "bytes"],
    ]);
    const latency = page?.courses[1];
    expect(latency?.times.at(-1)).toBe(NOW.getTime() / 1000);
    expect(latency?.seen.at(-1)).toBeGreaterThan(latency?.high.at(-1) ?? Number.POSITIVE_INFINITY);
  });

  it("asks the metrics' source for what is older, and keeps the band where it is known", async () => {
    const page = await details().service("dbs", { hours: 24 });
    const cpu = page?.courses.find(({ metric }) => metric === "cpu");
    expect((cpu?.times.at(-1) ?? 0) - (cpu?.times[0] ?? 0)).toBeGreaterThan(23 * 3600);
    expect(cpu?.times.length).toBeLessThanOrEqual(500);
    expect([cpu?.high[0], typeof cpu?.high.at(-1)]).toEqual([null, "number"]);
  });

  it("puts everything that happened on one axis, and nothing from outside of the range", async () => {
    const page = await details().service("dbs", { hours: 3 });
    expect(page?.spans.map(({ kind, id }) => `${kind} ${id}`)).toEqual([
      "anomaly an-1",
      "alert dbs-latency",
      "silence s-2",
      "intervention OTG0054345",
    ]);
    expect(page?.anomalies.map(({ id }) => id)).toEqual(["an-1"]);
    expect(page?.dependents).toContain("das");
  });

  it("has a runbook beside it even where nothing fires, and the alert's own where something does", async () => {
    expect((await details().service("das", { hours: 1 }))?.runbook?.url).toBe("/runbooks/das-down");
    expect((await details().service("dbs", { hours: 1 }))?.runbook?.url).toBe("/runbooks/dbs");
    expect((await details().service("confdb", { hours: 1 }))?.runbook).toBeNull();
  });

  it("knows aliases, and that an unknown service is none", async () => {
    expect((await details().service("dbs2go", { hours: 1 }))?.service.name).toBe("dbs");
    expect(await details().service("nosuch", { hours: 1 })).toBeNull();
  });
});

describe("anomaly page", () => {
  it("shows the most similar earlier one first, and what people said", async () => {
    const page = await details().anomaly("an-1");
    expect(page?.similar.map(({ id }) => id)).toEqual(["an-2"]);
    expect(page?.feedback[0]).toMatchObject({ by: "Luis Ortega", reason: "bulk migration", revokedAt: null });
    expect(await details().anomaly("an-9")).toBeNull();
  });
});

describe("ledgers", () => {
  it("silences: whose, why, what they hide; others' are not ours", async () => {
    const [first, second] = await details().silences();
    expect(first).toMatchObject({ id: "s-1", ours: true, owner: "Ada Marsh", hides: 2, hidden: 3, purpose: "manual" });
    expect(second).toMatchObject({ id: "s-2", ours: false, owner: null, hides: 0, matchers: ['service="dbs"'] });
  });

  it("refuses to preview what is no matcher", async () => {
    await expect(details().preview(["nonsense"])).rejects.toThrow(/is not a matcher/);
    expect(await details().preview(['a="b"'])).toMatchObject({
      now: 1,
      warning: expect.stringContaining("all alerts"),
    });
  });

  it("noise: what nobody takes", async () => {
    const noise = await details().noise(1);
    expect(noise).toMatchObject({ alerts: 3, groups: 3, acknowledged: 1, silenced: 1 });
    expect(noise.services).toEqual([
      { service: "das", alerts: 2, groups: 2, acknowledged: 0, medianMinutes: 10 },
      { service: "dbs", alerts: 1, groups: 1, acknowledged: 1, medianMinutes: 30 },
    ]);
    expect(noise.loudest[0]).toEqual({ name: "HighCpu", service: "das", alerts: 2, acknowledged: 0 });
  });

  it("on call, models, audit, runbooks", async () => {
    const all = details();
    expect((await all.oncall()).oncall.map(({ person }) => person)).toEqual(["Ada Marsh", "nobody"]);
    expect((await all.oncall()).shifts.map(({ person, to }) => [person, to.slice(5, 13)])).toEqual([
      ["Ada Marsh", "06-16T09"],
      ["Luis Ortega", "06-19T09"],
      ["Mira Chen", "06-22T09"],
      ["Ada Marsh", "06-25T09"],
      ["Luis Ortega", "06-28T09"],
      ["Mira Chen", "06-29T14"],
      ["nobody", "06-29T14"],
    ]);
    expect((await all.models()).filter(({ active }) => active)).toHaveLength(2);
    expect((await all.audit(10))[0]?.at).toBe(new Date(NOW.getTime() - 60_000).toISOString());
    expect((await all.runbook("dbs-down"))?.remedies.length).toBeGreaterThan(1);
    expect(await all.runbook("nosuch")).toBeNull();
  });
});
