import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Store } from "../../src/store/store.ts";
import { dqmContract } from "./dqm-contract.ts";
import { pruneContract } from "./prune-contract.ts";
import {
  alertChange,
  anomaly,
  delivery,
  feedback,
  ledgerEntry,
  minute,
  model,
  slackMessage,
  trackedTicket,
} from "./samples.ts";

/** What every store must do: the same on PGlite and on PostgreSQL. Each test uses names of its own. */
export function storeContract(open: () => Promise<Store>): void {
  let store: Store;
  beforeAll(async () => {
    store = await open();
  });
  afterAll(() => store?.close());

  ticketContract(() => store);
  anomalyContract(() => store);
  modelContract(() => store);
  alertContract(() => store);
  peopleContract(() => store);
  stateContract(() => store);
  pruneContract(() => store);
  dqmContract(() => store);
}

function ticketContract(get: () => Store): void {
  it("gives a ticket back as it was saved, with the times to the millisecond and fields in their order", async () => {
    const tracked = trackedTicket("t1");
    await get().tickets.save([tracked], []);
    const found = await get().tickets.get("ggus", "t1");
    expect(found).toEqual(tracked);
    expect(Object.keys(found?.ticket.fields ?? {})).toEqual(["zebra", "apple"]);
  });

  it("lists open tickets of one system only, without the resolved ones", async () => {
    const other = trackedTicket("t3");
    await get().tickets.save(
      [
        trackedTicket("t2"),
        trackedTicket("t4", { resolvedAt: minute(9) }),
        { ...other, ticket: { ...other.ticket, system: "jira" } },
      ],
      [],
    );
    const ids = (await get().tickets.open("ggus")).map(({ ticket }) => ticket.id);
    expect(ids).toContain("t2");
    expect(ids).not.toContain("t4");
    expect((await get().tickets.open("jira")).map(({ ticket }) => ticket.id)).toEqual(["t3"]);
  });

  it("lists open tickets as they are now, whatever was listed before", async () => {
    const { tickets } = get();
    const inHelpdesk = (id: string, more = {}) => {
      const tracked = trackedTicket(id, more);
      return { ...tracked, ticket: { ...tracked.ticket, system: "helpdesk" as const } };
    };
    await tickets.save([inHelpdesk("a"), inHelpdesk("b")], []);
    const first = await tickets.open("helpdesk");
    expect(await tickets.open("helpdesk")).toEqual(first);
    await tickets.save([inHelpdesk("a", { lastSeen: minute(20) })], []);
    expect((await tickets.open("helpdesk")).map(({ lastSeen }) => lastSeen)).toContainEqual(minute(20));
    await tickets.save([inHelpdesk("a", { resolvedAt: minute(21) }), inHelpdesk("c")], []);
    expect((await tickets.open("helpdesk")).map(({ ticket }) => ticket.id)).toEqual(["b", "c"]);
  });

  it("gives the announced times that overlap a range, resolved ones too, newest first", async () => {
    const outage = (id: string, startsAt: Date | null, endsAt: Date | null) => {
      const tracked = trackedTicket(id, { resolvedAt: minute(9) });
      return { ...tracked, ticket: { ...tracked.ticket, system: "ssb" as const, startsAt, endsAt } };
    };
    const all = [
      outage("before", minute(10_000), minute(10_010)),
      outage("across", minute(10_015), minute(10_025)),
      outage("endless", minute(10_022), null),
      outage("after", minute(10_031), minute(10_040)),
      outage("timeless", null, null),
    ];
    await get().tickets.save(all, []);
    const range = { from: minute(10_020), to: minute(10_030) };
    const ids = async (limit: number) =>
      (await get().tickets.announced("ssb", range, limit)).map(({ ticket }) => ticket.id);
    expect(await ids(10)).toEqual(["endless", "across"]);
    expect(await ids(1)).toEqual(["endless"]);
  });

  it("keeps a ticket's changes in order, and saves neither tickets nor changes when one of them fails", async () => {
    const appeared = { at: minute(1), change: "appeared", details: {} } as const;
    const resolved = { at: minute(2), change: "resolved", details: { why: "gone" } } as const;
    await get().tickets.save(
      [trackedTicket("t5")],
      [
        { system: "ggus", id: "t5", change: resolved },
        { system: "ggus", id: "t5", change: appeared },
      ],
    );
    expect(await get().tickets.history("ggus", "t5")).toEqual([appeared, resolved]);
    const broken = { ...appeared, at: new Date(Number.NaN) };
    await expect(
      get().tickets.save([trackedTicket("t6")], [{ system: "ggus", id: "t6", change: broken }]),
    ).rejects.toThrow();
    expect(await get().tickets.get("ggus", "t6")).toBeNull();
  });

  it("saves a thousand tickets at once, and the later of two with the same id", async () => {
    const many = Array.from({ length: 1000 }, (_, index) => trackedTicket(`many-${index}`));
    await get().tickets.save([...many, trackedTicket("many-7", { lastPushed: minute(8) })], []);
    expect((await get().tickets.get("ggus", "many-7"))?.lastPushed).toEqual(minute(8));
    expect(await get().tickets.get("ggus", "many-999")).not.toBeNull();
    const asked = ["many-7", "many-999", "unknown", ...many.map(({ ticket }) => ticket.id)];
    expect(await get().tickets.getMany("ggus", asked.slice(0, 3))).toHaveLength(2);
    expect(await get().tickets.getMany("jira", asked)).toEqual([]);
  });
}

function anomalyContract(get: () => Store): void {
  it("updates an anomaly until it is closed", async () => {
    await get().anomalies.save([anomaly("a1")]);
    await get().anomalies.save([anomaly("a1", { score: 9, closedAt: minute(3) }), anomaly("a2")]);
    expect(await get().anomalies.get("a1")).toEqual(anomaly("a1", { score: 9, closedAt: minute(3) }));
    expect((await get().anomalies.open()).map(({ id }) => id)).toEqual(["a2"]);
  });

  it("gives recent anomalies of a service, newest first, no more than asked for", async () => {
    const at = (id: string, minutes: number) => anomaly(id, { service: "das", openedAt: minute(minutes) });
    await get().anomalies.save([at("b1", 1), at("b3", 3), at("b2", 2)]);
    const recent = await get().anomalies.recent({ since: minute(2), service: "das", limit: 10 });
    expect(recent.map(({ id }) => id)).toEqual(["b3", "b2"]);
    expect(await get().anomalies.recent({ since: minute(0), limit: 1 })).toHaveLength(1);
  });

  it("answers null for an anomaly that is not there", async () => {
    expect(await get().anomalies.get("nobody")).toBeNull();
  });
}

function modelContract(get: () => Store): void {
  it("keeps one active model per entity and detector, with its bytes", async () => {
    await get().models.save(model("m1", { entity: "e1" }));
    await get().models.save(model("m2", { entity: "e1" }));
    await get().models.save(model("m3", { entity: "e1", detector: "aecnn" }));
    await get().models.save(model("m4", { entity: "e1", active: false }));
    expect((await get().models.active("e1")).map(({ id }) => id)).toEqual(["m3", "m2"]);
    expect((await get().models.active("e1"))[1]).toEqual(model("m2", { entity: "e1" }));
  });

  it("goes back to an older version, and says so when it does not exist", async () => {
    await get().models.save(model("n1", { entity: "e2" }));
    await get().models.save(model("n2", { entity: "e2" }));
    await get().models.activate("n1");
    expect((await get().models.active("e2")).map(({ id }) => id)).toEqual(["n1"]);
    await expect(get().models.activate("nothing")).rejects.toThrow(/no model "nothing"/);
  });

  it("keeps the ten newest versions that are not active", async () => {
    for (let version = 0; version < 14; version++) {
      await get().models.save(model(`v${version}`, { entity: "e3", trainedAt: minute(version) }));
    }
    const kept = (await get().models.list()).filter(({ entity }) => entity === "e3");
    expect(kept.map(({ id }) => id)).toEqual(["v13", "v12", "v11", "v10", "v9", "v8", "v7", "v6", "v5", "v4"]);
    expect(kept[0]).not.toHaveProperty("bytes");
  });

  it("never has two active models when two are saved at once", async () => {
    await Promise.all([1, 2, 3, 4].map((n) => get().models.save(model(`w${n}`, { entity: "e4" }))));
    expect(await get().models.active("e4")).toHaveLength(1);
  });
}

function alertContract(get: () => Store): void {
  it("keeps alert changes: newest first since a time, oldest first of one alert", async () => {
    const changes = [1, 2, 3].map((n) => alertChange("f1", { at: minute(1000 + n), groupId: `g${n}` }));
    await get().history.append(changes);
    const since = await get().history.since(minute(1002), 10);
    expect(since.map(({ groupId }) => groupId)).toEqual(["g3", "g2"]);
    expect(await get().history.of("f1")).toEqual(changes);
    expect((await get().history.last(minute(1000))).filter(({ fingerprint }) => fingerprint === "f1")).toEqual([
      changes.at(-1),
    ]);
    await get().history.append([]);
  });

  it("finds a message by its group and by its place, and replaces it", async () => {
    await get().messages.save(slackMessage("g1", "1.1"));
    await get().messages.save(slackMessage("g1", "1.2", { kind: "page" }));
    await get().messages.save(slackMessage("g1", "1.1", { hash: "def" }));
    expect((await get().messages.of("g1")).map(({ hash }) => hash)).toEqual(["def", "abc"]);
    expect(await get().messages.byTs("C1", "1.2")).toEqual(slackMessage("g1", "1.2", { kind: "page" }));
    expect(await get().messages.byTs("C2", "1.2")).toBeNull();
  });

  it("lets exactly one of many claim a delivery", async () => {
    const claims = await Promise.all(Array.from({ length: 20 }, () => get().messages.claim("d1", minute(0))));
    expect(claims.filter(Boolean)).toHaveLength(1);
    expect(await get().messages.claim("d1", minute(1))).toBe(false);
  });
}

function peopleContract(get: () => Store): void {
  it("has one acknowledgement of a group in force: the newest", async () => {
    const ada = { groupId: "k1", by: "ada", at: minute(1), until: minute(60), silenceId: "s1", endedAt: null };
    const bob = { ...ada, by: "bob", at: minute(2) };
    await get().acknowledgements.save(ada);
    await get().acknowledgements.save({ ...ada, until: minute(90) });
    await get().acknowledgements.save(bob);
    expect((await get().acknowledgements.active()).filter(({ groupId }) => groupId === "k1")).toEqual([bob]);
    await get().acknowledgements.save({ ...bob, endedAt: minute(3) });
    expect((await get().acknowledgements.active()).filter(({ groupId }) => groupId === "k1")).toEqual([]);
    expect(await get().acknowledgements.of("k1")).toEqual({ ...bob, endedAt: minute(3) });
    expect(await get().acknowledgements.of("k2")).toBeNull();
  });

  it("keeps the silence ledger", async () => {
    await get().silences.save(ledgerEntry("s1"));
    await get().silences.save(ledgerEntry("s2", { startsAt: minute(5) }));
    await get().silences.save(ledgerEntry("s1", { hidden: ["a", "b"], endedAt: minute(9) }));
    expect(await get().silences.active()).toEqual([ledgerEntry("s2", { startsAt: minute(5) })]);
    expect((await get().silences.get("s1"))?.hidden).toEqual(["a", "b"]);
    expect((await get().silences.recent(5)).map(({ silenceId }) => silenceId)).toEqual(["s2", "s1"]);
    expect(await get().silences.get("s3")).toBeNull();
  });

  it("keeps what surrounds an anomaly with its times, and lists events that are part of another only when asked", async () => {
    const member = { id: "p1", entity: "pod-1", openedAt: minute(50), closedAt: null, peakScore: 5, metric: "cpu" };
    const whole = anomaly("whole", {
      service: "rolled",
      entity: "rolled",
      openedAt: minute(50),
      context: {
        firstMove: { metric: "cpu", at: minute(49), seen: 9, usual: 1 },
        similar: { id: "old", entity: "pod-2", openedAt: minute(1), closedAt: minute(2), alike: 0.9, because: "cpu" },
        members: [member],
        affected: 1,
        scored: 3,
        suspects: [{ service: "das", because: "it moved first" }],
        lowered: [{ by: "holiday", muted: false, because: "it is a holiday" }],
        course: [1, 1.5],
      },
    });
    const part = anomaly("p1", { service: "rolled", entity: "pod-1", openedAt: minute(50), partOf: "whole" });
    await get().anomalies.save([whole, part]);
    expect(await get().anomalies.get("whole")).toEqual(whole);
    const ids = async (more: { parts?: boolean; entity?: string }) =>
      (await get().anomalies.recent({ since: minute(0), service: "rolled", limit: 9, ...more })).map(({ id }) => id);
    expect(await ids({})).toEqual(["whole"]);
    expect((await ids({ parts: true })).sort()).toEqual(["p1", "whole"]);
    expect(await ids({ entity: "pod-1" })).toEqual(["p1"]);
  });

  it("lists models of one entity, or only those that are live, with why they are", async () => {
    await get().models.save(model("l1", { entity: "listed", active: false, note: "worse" }));
    await get().models.save(model("l2", { entity: "listed", active: true }));
    expect((await get().models.list({ entity: "listed", active: false }))[0]).toMatchObject({
      id: "l1",
      note: "worse",
    });
    await get().models.activate("l1", "live by ada");
    const live = await get().models.list({ entity: "listed", active: true });
    expect(live.map(({ id, note }) => [id, note])).toEqual([["l1", "live by ada"]]);
  });

  it("gives one piece of feedback by its id", async () => {
    await get().feedback.save(feedback("f9"));
    expect(await get().feedback.get("f9")).toEqual(feedback("f9"));
    expect(await get().feedback.get("nothing")).toBeNull();
  });

  it("lists feedback by kind and subject, newest first, the revoked too", async () => {
    await get().feedback.save(feedback("f1", { subject: "x" }));
    await get().feedback.save(feedback("f2", { subject: "x", at: minute(1), kind: "wrong-group" }));
    await get().feedback.save(feedback("f1", { subject: "x", revokedAt: minute(2) }));
    expect((await get().feedback.list({ subject: "x", limit: 9 })).map(({ id }) => id)).toEqual(["f2", "f1"]);
    expect(await get().feedback.list({ kind: "helped", subject: "x", limit: 9 })).toEqual([
      feedback("f1", { subject: "x", revokedAt: minute(2) }),
    ]);
  });

  it("finds the overrides that touch a range, and forgets removed ones", async () => {
    const override = { id: "o1", roster: "ops", person: "bob", from: minute(10), to: minute(20), by: "ada" };
    await get().oncall.saveOverride(override);
    expect(await get().oncall.overrides(minute(19), minute(30))).toEqual([override]);
    expect(await get().oncall.overrides(minute(20), minute(30))).toEqual([]);
    expect(await get().oncall.overrides(minute(0), minute(10))).toEqual([]);
    await get().oncall.removeOverride("o1");
    expect(await get().oncall.overrides(minute(0), minute(30))).toEqual([]);
  });

  it("records a page from sent to answered", async () => {
    await get().oncall.saveDelivery(delivery("p1"));
    await get().oncall.saveDelivery(delivery("p2", { step: 1, sentAt: minute(5) }));
    const answered = delivery("p1", { deliveredAt: minute(1), seenAt: minute(2), answeredAt: minute(2) });
    await get().oncall.saveDelivery(answered);
    expect(await get().oncall.deliveries("group-1")).toEqual([
      answered,
      delivery("p2", { step: 1, sentAt: minute(5) }),
    ]);
    const since = async (at: Date, limit: number) =>
      (await get().oncall.deliveriesSince(at, limit)).map(({ id }) => id);
    expect(await since(answered.sentAt, 9)).toEqual(["p2", "p1"]);
    expect(await since(answered.sentAt, 1)).toEqual(["p2"]);
    expect(await since(minute(5), 9)).toEqual(["p2"]);
  });

  it("keeps the audit log, newest first", async () => {
    const entry = {
      at: minute(0),
      actor: "ada",
      via: "cli",
      action: "silence",
      subject: "dbs",
      details: { for: "1h" },
    } as const;
    await get().audit.append(entry);
    await get().audit.append({ ...entry, at: minute(1), subject: "das" });
    expect((await get().audit.recent(2)).map(({ subject }) => subject)).toEqual(["das", "dbs"]);
  });
}

function stateContract(get: () => Store): void {
  it("gives any JSON value back as it was, null and strings too", async () => {
    await fc.assert(
      fc.asyncProperty(fc.json({ stringUnit: "binary" }), async (text) => {
        const value: unknown = JSON.parse(text);
        await get().states.put("any", value);
        expect(await get().states.get("any")).toEqual(value);
      }),
      { numRuns: 25 },
    );
  });

  it("lists states by a prefix, taken literally, and removes them", async () => {
    await get().states.put("scorer:a_1", 1);
    await get().states.put("scorer:ab1", 2);
    await get().states.put("other", 3);
    expect(await get().states.list("scorer:a_")).toEqual(new Map([["scorer:a_1", 1]]));
    await get().states.remove("scorer:a_1");
    expect(await get().states.get("scorer:a_1")).toBeNull();
  });

  it("keeps any text: only U+0000 is replaced", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme" }), async (subject) => {
        const tracked = trackedTicket("text");
        await get().tickets.save([{ ...tracked, ticket: { ...tracked.ticket, subject } }], []);
        expect((await get().tickets.get("ggus", "text"))?.ticket.subject).toBe(subject.replaceAll("\0", "\uFFFD"));
      }),
      { numRuns: 20 },
    );
    await get().messages.save(slackMessage("zero\0", "9.9"));
    expect((await get().messages.byTs("C1", "9.9"))?.groupId).toBe("zero\uFFFD");
  });
}
