import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AlertGroup } from "../../src/alert/group.ts";
import { DEFAULT_SEVERITIES } from "../../src/alert/severity.ts";
import { createEscalations, type Escalations } from "../../src/oncall/escalations.ts";
import type { Deliver, OncallMessage } from "../../src/oncall/pages.ts";
import type { Store } from "../../src/store/store.ts";
import { openMemoryStore } from "../store/memory-store.ts";
import { at, group, schedule } from "./samples.ts";

const start = at("2026-01-07T12:00:00+01:00");
const later = (minutes: number) => new Date(start.getTime() + minutes * 60_000);

describe("escalations", () => {
  let store: Store;
  let number = 0;
  beforeAll(async () => {
    store = await openMemoryStore();
  });
  afterAll(() => store?.close());

  /** One process, with what it delivered. */
  function replica(deliver: Deliver = async () => {}) {
    const sent: OncallMessage[] = [];
    const events: string[] = [];
    const plan = schedule();
    const escalations: Escalations = createEscalations({
      store,
      context: async (now) => ({
        schedule: plan,
        exceptions: { overrides: await store.oncall.overrides(now, new Date(now.getTime() + 1)), calendars: new Map() },
        severities: DEFAULT_SEVERITIES,
        ownersOf: () => [],
      }),
      deliver: async (message) => {
        await deliver(message);
        sent.push(message);
      },
      heard: ({ what, reason }) => events.push(`${what}: ${reason}`),
    });
    return { escalations, sent, events, told: () => sent.map(describeMessage) };
  }

  const fresh = (more: Partial<AlertGroup> = {}) => group(`group-${++number}`, more);

  it("pages who is on call once, however often it looks, and records sending, delivery and answer", async () => {
    const { escalations, sent, told } = replica();
    const one = fresh();
    await escalations.look([one], later(0));
    await escalations.look([one], later(1));
    expect(told()).toEqual(["page ada"]);
    expect(sent[0]).toMatchObject({
      person: { name: "ada", slackId: "U0ADA" },
      roster: "cmsweb",
      step: 0,
      nobody: false,
    });
    await escalations.answered(one.id, "ada", later(3));
    expect(await store.oncall.deliveries(one.id)).toMatchObject([
      { person: "ada", step: 0, sentAt: later(0), deliveredAt: later(0), answeredAt: later(3) },
    ]);
    expect(await escalations.of(one.id)).toMatchObject({ step: 0, ended: null });
  });

  it("goes to the next in line, and on until the channel is told that nobody answered", async () => {
    const { escalations, told } = replica();
    const one = fresh();
    for (let minute = 0; minute <= 60; minute++) {
      await escalations.look([one], later(minute));
    }
    expect(told()).toEqual(["page ada", "page bob", "page ada", "page bob", "unanswered C0WEB"]);
  });

  it("sends one page when several replicas look at once", async () => {
    const replicas = [replica(), replica(), replica()];
    const groups = Array.from({ length: 8 }, () => fresh());
    for (const minute of [0, 1, 10, 11]) {
      await Promise.all(replicas.map(({ escalations }) => escalations.look(groups, later(minute))));
    }
    const keys = replicas.flatMap(({ sent }) => sent.map(({ key }) => key));
    expect(keys).toHaveLength(16);
    expect(new Set(keys).size).toBe(16);
  });

  it("goes on after a restart, from where it was", async () => {
    const one = fresh();
    await replica().escalations.look([one], later(0));
    const { escalations, told } = replica();
    await escalations.look([one], later(9));
    await escalations.look([one], later(10));
    expect(told()).toEqual(["page bob"]);
  });

  it("sends a page again that a killed process had taken and not delivered", async () => {
    const one = fresh();
    const killed = replica(() => new Promise(() => {}));
    void killed.escalations.look([one], later(0));
    await expect.poll(async () => (await store.oncall.deliveries(one.id)).length).toBe(1);
    const { escalations, told } = replica();
    await escalations.look([one], later(0.1));
    expect(told()).toEqual([]);
    await escalations.look([one], later(0.6));
    expect(told()).toEqual(["page ada"]);
    expect(await store.oncall.deliveries(one.id)).toMatchObject([{ person: "ada", deliveredAt: later(0.6) }]);
  });

  it("tries a failed delivery again, and pages the next in line when it keeps failing", async () => {
    const { escalations, told, events } = replica(async (message) => {
      if (message.kind === "page" && message.person.name === "ada") {
        throw new Error("ratelimited");
      }
    });
    const one = fresh();
    const other = fresh({ service: "dbs" });
    for (let look = 0; look <= 6; look++) {
      await escalations.look([one, other], later(look * 0.5));
    }
    expect(told()).toEqual(["page cy", "page bob"]);
    expect(events.filter((event) => event === "failed: ratelimited")).toHaveLength(4);
  });

  it("ends with an acknowledgement, and begins again when that is undone", async () => {
    const { escalations, told } = replica();
    const one = fresh();
    await escalations.look([one], later(0));
    await escalations.look([{ ...one, state: "acknowledged" }], later(2));
    expect((await escalations.of(one.id))?.ended?.why).toBe("acknowledged");
    await escalations.look([{ ...one, state: "acknowledged" }], later(30));
    await escalations.look([one], later(31));
    expect(told()).toEqual(["page ada", "page ada"]);
  });

  it("ends when the group is gone, is forgotten a day later, and is a new matter when it comes back", async () => {
    const { escalations, told } = replica();
    const one = fresh();
    await escalations.look([one], later(0));
    await escalations.look([], later(1));
    expect((await escalations.of(one.id))?.ended?.why).toBe("resolved");
    await escalations.look([{ ...one, startsAt: later(5) }], later(5));
    await escalations.look([], later(6));
    expect(told()).toEqual(["page ada", "page ada"]);
    await escalations.look([], later(25 * 60));
    expect(await escalations.of(one.id)).toBeNull();
  });

  it("says once that a page is held, and sends it when quiet hours end", async () => {
    const { escalations, told, sent } = replica();
    const night = at("2026-01-07T23:00:00+01:00");
    const one = fresh({ startsAt: night });
    await escalations.look([one], night);
    await escalations.look([one], at("2026-01-07T23:01:00+01:00"));
    expect(told()).toEqual(["held C0WEB"]);
    expect(sent[0]).toMatchObject({ until: at("2026-01-08T07:00:00+01:00"), person: { name: "ada" } });
    await escalations.look([one], at("2026-01-08T07:00:00+01:00"));
    expect(told()).toEqual(["held C0WEB", "page ada"]);
  });

  it("pages the fallback and is loud when nobody is on call", async () => {
    const { escalations, told } = replica();
    const evening = at("2026-01-07T19:00:00+01:00");
    const one = fresh({ service: "dbs", startsAt: evening });
    await escalations.look([one], evening);
    await escalations.look([one], new Date(evening.getTime() + 60_000));
    expect(told()).toEqual(["nobody C0ALL", "page boss"]);
  });

  it("pages who took the shift", async () => {
    const override = { id: "o1", roster: "cmsweb", person: "cy", from: later(500), to: later(560), by: "cy" };
    await store.oncall.saveOverride(override);
    const { escalations, told } = replica();
    await escalations.look([fresh()], later(520));
    expect(told()).toEqual(["page cy"]);
  });
});

function describeMessage(message: OncallMessage): string {
  return message.kind === "page" ? `page ${message.person.name}` : `${message.kind} ${message.channel}`;
}
