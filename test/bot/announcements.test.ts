import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createAnnouncements } from "../../src/bot/delivery/announcements.ts";
import { configSchema } from "../../src/config/schema.ts";
import { dutiesAt } from "../../src/oncall/handoff.ts";
import { parseSchedule, type Schedule } from "../../src/oncall/load.ts";
import { NO_EXCEPTIONS } from "../../src/oncall/turn.ts";
import { personNamed } from "../../src/oncall/who.ts";
import type { OncallOverride } from "../../src/store/store.ts";
import { type Harness, startHarness, textOf } from "./harness.ts";
import { sampleGroup } from "./samples.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Monday 2026-03-02: Ada hands over to Blaise at 9 in Geneva, 8 in UTC. */
const HANDOFF = new Date("2026-03-02T08:00:00Z");
const PEOPLE = ["ada", "blaise"].map((name) => ({ name, email: `${name}@example.org` }));

function weekly(more: object = {}): Schedule {
  const rotation = { people: ["ada", "blaise"], starts: "2026-02-23", handoff: { day: "monday", time: "09:00" } };
  return parseSchedule(
    {
      people: PEOPLE,
      rosters: [
        { name: "cmsweb", default: true, roles: { primary: { rotation }, secondary: { nextOf: "primary" } }, ...more },
      ],
      fallback: { person: "ada" },
    },
    "test",
    null,
  );
}

describe("what is said by the clock", () => {
  let harness: Harness;
  let now: Date;
  let overrides: OncallOverride[];
  let schedule: Schedule;
  let channel: string;
  beforeEach(async () => {
    now = new Date(HANDOFF.getTime() - HOUR);
    overrides = [];
    schedule = weekly();
    harness = await startHarness({ clock: () => now }, {}, { userGroups: { cmsweb: "S1" } });
    channel = harness.workspace.channel("cmsweb-alerts").id;
    harness.workspace.putUserGroup({ id: "S1", handle: "oncall", users: [] });
  });
  afterEach(() => harness.close());

  /** Another process on the same store: one that has just started. */
  const start = (bot = harness.bot) =>
    createAnnouncements({
      announcer: bot,
      store: harness.store,
      status: harness.world.status,
      duties: async (at) => dutiesAt(schedule, { ...NO_EXCEPTIONS, overrides }, at),
      person: (name) => personNamed(schedule, name),
      config: configSchema.parse({}).slack,
      clock: () => now,
      log: pino({ level: "silent" }),
    });
  const at = (moment: Date | number) => {
    now = new Date(moment);
  };
  const said = () => harness.seen(channel).map(({ text }) => text);
  const direct = () => harness.workspace.state().messages.filter(({ channel: one }) => one.startsWith("D"));
  const topic = () => harness.workspace.state().channels.find(({ id }) => id === channel)?.topic;

  describe("a change of shift", () => {
    test("is told once when it comes; the user group and the topic follow", async () => {
      const look = start();
      await look();
      expect(said()).toEqual([]);
      expect(topic()).toBe("On call for cmsweb: ada until 2026-03-02 08:00 UTC, then blaise");
      at(HANDOFF.getTime() - 1000);
      await look();
      expect(said()).toEqual([]);
      at(HANDOFF.getTime() + 1000);
      await look();
      await look();
      expect(said()).toEqual([":handshake: blaise is on call for cmsweb"]);
      expect(textOf(harness.seen(channel)[0])).toContain("cmsweb: *blaise* takes over from ada, until ");
      expect(textOf(harness.seen(channel)[0])).toContain("cmsweb/secondary: *ada* takes over from blaise");
      expect(topic()).toBe("On call for cmsweb: blaise until 2026-03-09 08:00 UTC, then ada");
      expect(harness.workspace.state().groups[0]?.users).toEqual([harness.workspace.user("blaise").id]);
    });

    test("that came while nobody ran is told at the next start, and by one of two replicas", async () => {
      await start()();
      at(HANDOFF.getTime() + 3 * HOUR);
      const { bot } = await harness.replica();
      await Promise.all([start()(), start(bot)()]);
      await start()();
      expect(said()).toEqual([":handshake: blaise is on call for cmsweb"]);
    });

    test("that Slack does not take is told at a later look", async () => {
      const look = start();
      await look();
      at(HANDOFF);
      harness.workspace.fail({ method: "chat.postMessage", times: 1, how: { kind: "refused", error: "is_archived" } });
      await look();
      expect(said()).toEqual([]);
      at(HANDOFF.getTime() + 31_000);
      await look();
      expect(said()).toEqual([":handshake: blaise is on call for cmsweb"]);
    });

    test("by an exception is told when it begins, when it is taken back, and when it is made again", async () => {
      const look = start();
      await look();
      const exception = { id: "1", roster: "cmsweb", person: "blaise", by: "blaise", from: now, to: HANDOFF };
      for (const these of [[exception], [], [exception]]) {
        overrides = these;
        at(now.getTime() + MINUTE);
        await look();
      }
      expect(said().map((text) => text.replace(/^.*: (\w+) is on call.*$/, "$1"))).toEqual(["blaise", "ada", "blaise"]);
    });

    test("to nobody is loud, also at the very first look", async () => {
      const rotation = { people: ["ada"], starts: "2026-02-23", ends: "2026-03-02", handoff: { day: "monday" } };
      schedule = weekly({ roles: { primary: { rotation } } });
      const look = start();
      await look();
      at(HANDOFF);
      await look();
      expect(said()).toEqual([":rotating_light: NOBODY IS ON CALL for cmsweb"]);
      await harness.store.states.remove("bot/told-duties");
      at(HANDOFF.getTime() + HOUR);
      await start()();
      expect(topic()).toBe("NOBODY is on call for cmsweb");
    });
  });

  describe("the digest", () => {
    const EIGHT = new Date("2026-03-03T07:00:00Z");

    test("comes in the morning, once, over restarts and replicas", async () => {
      await start()();
      at(EIGHT.getTime() - MINUTE);
      await start()();
      expect(digests()).toHaveLength(0);
      at(EIGHT);
      const { bot } = await harness.replica();
      await Promise.all([start()(), start(bot)()]);
      await start()();
      expect(digests()).toEqual([expect.stringContaining("CMSWEB in the last day")]);
      at(EIGHT.getTime() + 24 * HOUR);
      await start()();
      expect(digests()).toHaveLength(2);
    });

    test("of the week comes on Mondays too", async () => {
      await start()();
      at(new Date("2026-03-09T07:05:00Z"));
      await start()();
      await start()();
      expect(digests().toSorted()).toEqual([
        expect.stringContaining("CMSWEB in the last day"),
        expect.stringContaining("CMSWEB in the last week"),
      ]);
    });

    test("is left out when its time is long over", async () => {
      await start()();
      at(EIGHT.getTime() + 7 * HOUR);
      await start()();
      expect(digests()).toEqual([]);
    });

    test("keeps its local time over the change of clocks", async () => {
      await start()();
      at(new Date("2026-03-29T05:59:00Z"));
      await start()();
      expect(digests()).toHaveLength(0);
      at(new Date("2026-03-29T06:00:00Z"));
      await start()();
      expect(digests()).toHaveLength(1);
    });
    const digests = () => said().filter((text) => text.startsWith("CMSWEB"));
  });

  test("whoever acknowledged is asked once, half an hour before it ends, over a restart", async () => {
    harness.world.groups.set("g-1a2b3c4d", sampleGroup({ state: "acknowledged" }));
    const until = new Date(HANDOFF.getTime() + 4 * HOUR);
    const held = { groupId: "g-1a2b3c4d", by: "ada", at: HANDOFF, until, silenceId: "s", endedAt: null };
    await harness.store.acknowledgements.save(held);
    at(until.getTime() - 31 * MINUTE);
    await start()();
    expect(direct()).toEqual([]);
    at(until.getTime() - 30 * MINUTE);
    await start()();
    await start()();
    expect(direct().map(({ text }) => text)).toEqual([expect.stringContaining("Still working on CPU of dbs")]);
  });

  test("the owner of a silence is reminded once, a quarter of an hour before it ends, over a restart", async () => {
    const endsAt = new Date(HANDOFF.getTime() + 4 * HOUR);
    const entry = { silenceId: "s", owner: "blaise", reason: "deploying", purpose: "manual", groupId: null } as const;
    await harness.store.silences.save({
      ...entry,
      matchers: [],
      startsAt: HANDOFF,
      endsAt,
      endedAt: null,
      hidden: ["a"],
    });
    at(endsAt.getTime() - 16 * MINUTE);
    await start()();
    expect(direct()).toEqual([]);
    at(endsAt.getTime() - 14 * MINUTE);
    await start()();
    await start()();
    expect(direct().map(({ text }) => text)).toEqual([expect.stringContaining("It has hidden 1 alert so far")]);
  });

  test("a shift is told although the digest meets a rate limit", async () => {
    at(HANDOFF.getTime() - 2 * HOUR);
    const look = start();
    await look();
    at(HANDOFF.getTime() + 1000);
    harness.workspace.fail({ method: "chat.postMessage", times: 2, how: { kind: "limited", seconds: 3 } });
    await look();
    expect(said().toSorted()).toEqual([
      ":handshake: blaise is on call for cmsweb",
      expect.stringContaining("CMSWEB in the last day"),
      expect.stringContaining("CMSWEB in the last week"),
    ]);
    expect(harness.slept).toEqual([3000, 3000]);
  });
});
