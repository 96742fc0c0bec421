import { beforeEach, describe, expect, test } from "vitest";
import { equals, type Matcher } from "../../src/alert/matcher.ts";
import { SILENCE_MARK } from "../../src/alert/silence.ts";
import { UserError } from "../../src/alert/user-error.ts";
import { createEmbeddedAlertmanager, type EmbeddedAlertmanager } from "../../src/alertmanager/embedded/embedded.ts";
import { createSilenceMaintenance, dueReminders } from "../../src/alertmanager/silence-care.ts";
import { breadth } from "../../src/alertmanager/silence-preview.ts";
import type { LedgerEntry } from "../../src/alertmanager/silence-types.ts";
import { createSilences, reasonOf, type Silences } from "../../src/alertmanager/silences.ts";
import { silent } from "./clients.ts";
import { alert } from "./contract.ts";
import { createTestLedger, pastOf, type TestLedger } from "./silence-fixtures.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
let now: number;
const clock = () => new Date(now);
const at = (offset: number) => new Date(now + offset);
let alertmanager: EmbeddedAlertmanager;
let ledger: TestLedger;
let silences: Silences;
let care: ReturnType<typeof createSilenceMaintenance>;

beforeEach(() => {
  now = Date.parse("2026-01-01T12:00:00Z");
  alertmanager = createEmbeddedAlertmanager({ clock });
  ledger = createTestLedger();
  silences = createSilences({ alertmanager, ledger, past: pastOf(), clock, longest: 7 * DAY });
  care = createSilenceMaintenance({ alertmanager, ledger, clock, log: silent });
});

const fire = (...services: readonly string[]) =>
  alertmanager.post(
    services.map((service) => alert({ alertname: "Down", service }, { startsAt: at(0), endsAt: at(30 * DAY) })),
  );
const resolve = (service: string) =>
  alertmanager.post([alert({ alertname: "Down", service }, { startsAt: at(-HOUR), endsAt: at(0) })]);
const dbs = [equals("service", "dbs")];
const add = (other: Partial<Parameters<Silences["add"]>[0]> = {}) =>
  silences.add({ matchers: dbs, endsAt: at(4 * HOUR), owner: "ada", reason: "upgrade", ...other });
const state = async (id: string) => (await alertmanager.silences()).find((one) => one.id === id)?.state;
const foreign = () =>
  alertmanager.putSilence({
    matchers: dbs,
    startsAt: at(0),
    endsAt: at(HOUR),
    createdBy: "grace",
    comment: "made in Karma",
  });

describe("a silence", () => {
  test("carries its owner, its reason and our mark, and is written down", async () => {
    const entry = await add();
    expect((await alertmanager.silences())[0]).toMatchObject({
      id: entry.silenceId,
      createdBy: "ada",
      comment: `upgrade ${SILENCE_MARK}`,
    });
    expect(ledger.entries.get(entry.silenceId)).toEqual({
      silenceId: entry.silenceId,
      owner: "ada",
      reason: "upgrade",
      purpose: "manual",
      groupId: null,
      matchers: ['service="dbs"'],
      startsAt: at(0),
      endsAt: at(4 * HOUR),
      endedAt: null,
      hidden: [],
    });
  });

  test.each<[string, Partial<Parameters<Silences["add"]>[0]>, RegExp]>([
    ["without an owner", { owner: " " }, /no owner/],
    ["without a reason", { reason: "" }, /no reason/],
    ["without matchers", { matchers: [] }, /no matchers/],
    ["that is too long", { endsAt: new Date("2026-01-09T12:00:00Z") }, /of 8d is longer than 7d/],
    ["that is too short", { endsAt: new Date("2026-01-01T12:00:30Z") }, /shorter than a minute/],
    ["that would be over", { endsAt: new Date("2025-12-01") }, /over already/],
  ])("is refused %s", async (_what, wish, message) => {
    await expect(add(wish)).rejects.toThrow(UserError);
    await expect(add(wish)).rejects.toThrow(message);
    expect(await alertmanager.silences()).toEqual([]);
  });

  test("is refused when it is broad, unless that is meant", async () => {
    const matchers = [equals("severity", "high")];
    await expect(add({ matchers })).rejects.toThrow(/goes by severity alone/);
    expect(await state((await add({ matchers, evenIfBroad: true })).silenceId)).toBe("active");
  });

  test("can be extended, and ended; the ledger follows", async () => {
    const { silenceId } = await add();
    now += HOUR;
    expect((await silences.extend(silenceId, at(6 * HOUR))).silenceId).toBe(silenceId);
    expect((await alertmanager.silences())[0]?.endsAt).toEqual(at(6 * HOUR));
    await expect(silences.extend(silenceId, at(8 * DAY))).rejects.toThrow(/longer than 7d/);
    await silences.expire(silenceId);
    expect(await state(silenceId)).toBe("expired");
    expect(ledger.entries.get(silenceId)?.endedAt).toEqual(at(0));
    await expect(silences.extend(silenceId, at(6 * HOUR))).rejects.toThrow(/ended already/);
    await silences.expire(silenceId);
  });

  test("that somebody else made is never changed or ended", async () => {
    const id = await foreign();
    await expect(silences.expire(id)).rejects.toThrow(/made by grace without cmswatch/);
    await expect(silences.extend(id, at(2 * HOUR))).rejects.toThrow(UserError);
    expect(await state(id)).toBe("active");
  });

  test("that nobody knows is an error with a way on", async () => {
    await expect(silences.expire("nope")).rejects.toThrow(/silences list/);
  });

  test("tells its reason without the mark", () => {
    expect(reasonOf({ comment: `upgrade ${SILENCE_MARK}` })).toBe("upgrade");
    expect(reasonOf({ comment: "by hand" })).toBe("by hand");
  });
});

describe("a preview", () => {
  test("counts what it would hide now and would have hidden in a week", async () => {
    await fire("dbs", "das");
    const past = pastOf(
      { alertname: "Down", service: "dbs" },
      { alertname: "Slow", service: "dbs" },
      { service: "das" },
    );
    silences = createSilences({ alertmanager, ledger, past, clock, longest: DAY });
    expect(await silences.preview(dbs)).toEqual({
      now: 1,
      pastWeek: 2,
      examples: ["Down", "Slow"],
      warning: null,
      caveat: null,
    });
  });

  test("says when there is no history to count in", async () => {
    silences = createSilences({ alertmanager, ledger: null, past: null, clock, longest: DAY });
    expect(await silences.preview(dbs)).toMatchObject({
      now: 0,
      pastWeek: 0,
      caveat: expect.stringMatching(/unknown/),
    });
  });

  const regex = (name: string, value: string, isEqual = true): Matcher => ({ name, value, isRegex: true, isEqual });
  test.each<[readonly Matcher[], number, number, RegExp | null]>([
    [[regex("alertname", ".+")], 0, 0, /almost everything/],
    [[regex("service", "dbs", false)], 0, 0, /almost everything/],
    [[equals("severity", "high"), equals("tag", "monitoring")], 0, 0, /severity and tag alone/],
    [[regex("service", ".+"), equals("severity", "high")], 0, 0, /severity alone/],
    [dbs, 21, 100, /21 alerts now/],
    [dbs, 6, 8, /6 of the 8/],
    [dbs, 3, 3, null],
    [[regex("alertname", "ggus-.*")], 2, 30, null],
  ])("of %j hiding %i of %i warns: %s", (matchers, hits, firing, expected) => {
    const warning = breadth(matchers, hits, firing);
    if (expected === null) {
      expect(warning).toBeNull();
    } else {
      expect(warning).toMatch(expected);
    }
  });
});

describe("the care of silences", () => {
  const actions = async () => (await care()).map(({ action }) => action);

  test("writes down what each has hidden so far", async () => {
    await fire("dbs");
    const { silenceId } = await add();
    expect(await actions()).toEqual(["note"]);
    expect(ledger.entries.get(silenceId)?.hidden).toHaveLength(1);
    await alertmanager.post([alert({ alertname: "Slow", service: "dbs" }, { startsAt: at(0) })]);
    await care();
    expect(ledger.entries.get(silenceId)?.hidden).toHaveLength(2);
    expect(await actions()).toEqual(["keep"]);
  });

  test("drops one when everything it hid has resolved for a while", async () => {
    await fire("dbs");
    const { silenceId } = await add();
    await care();
    await resolve("dbs");
    now += MINUTE;
    expect(await actions()).toEqual(["keep"]);
    now += 14 * MINUTE;
    expect(await actions()).toEqual(["keep"]);
    now += MINUTE;
    expect(await care()).toMatchObject([{ action: "drop", reason: "everything it hid has resolved" }]);
    expect(await state(silenceId)).toBe("expired");
    expect(ledger.entries.get(silenceId)?.endedAt).toEqual(at(0));
    expect(await care()).toEqual([]);
  });

  test("keeps one whose alert comes back in time, one that has hidden nothing yet, and one that is to be kept", async () => {
    care = createSilenceMaintenance({
      alertmanager,
      ledger,
      clock,
      log: silent,
      isKept: (entry) => entry.owner === "keeper",
    });
    await fire("dbs", "das");
    const flapping = await add();
    const idle = await add({ matchers: [equals("service", "couchdb")] });
    const kept = await add({ matchers: [equals("service", "das")], owner: "keeper" });
    await care();
    await resolve("dbs");
    await resolve("das");
    now += 10 * MINUTE;
    await care();
    await fire("dbs");
    now += 10 * MINUTE;
    await care();
    now += 20 * MINUTE;
    await care();
    expect(await Promise.all([flapping, idle, kept].map((entry) => state(entry.silenceId)))).toEqual([
      "active",
      "active",
      "active",
    ]);
  });

  test("drops one for a copy at once", async () => {
    await fire("dbs");
    const { silenceId } = await add({ purpose: "copy" });
    await care();
    await resolve("dbs");
    now += 1000;
    await care();
    expect(await state(silenceId)).toBe("expired");
  });

  test("never touches what others made, and takes up what nobody wrote down", async () => {
    const theirs = await foreign();
    const comment = `forgotten ${SILENCE_MARK}`;
    const ours = await alertmanager.putSilence({
      matchers: dbs,
      startsAt: at(0),
      endsAt: at(HOUR),
      createdBy: "ada",
      comment,
    });
    expect(await care()).toMatchObject([
      { silenceId: ours, action: "adopt", entry: { owner: "ada", reason: "forgotten" } },
    ]);
    now += 2 * HOUR;
    expect(await care()).toMatchObject([{ silenceId: ours, action: "end" }]);
    expect(ledger.entries.has(theirs)).toBe(false);
  });

  test("ends the record of one that Alertmanager has lost", async () => {
    const { silenceId } = await add();
    alertmanager.restore({ version: 1, alerts: [], silences: [] });
    expect(await care()).toMatchObject([{ silenceId, action: "end", reason: "Alertmanager no longer knows it" }]);
    expect(ledger.entries.get(silenceId)?.endedAt).toEqual(at(0));
  });
});

describe("reminders", () => {
  const entry = (other: Partial<LedgerEntry>): LedgerEntry => ({
    silenceId: "1",
    owner: "ada",
    reason: "",
    purpose: "manual",
    groupId: null,
    matchers: [],
    startsAt: at(-10 * HOUR),
    endsAt: at(10 * MINUTE),
    endedAt: null,
    hidden: [],
    ...other,
  });
  const due = (entries: readonly LedgerEntry[], sent: readonly string[] = []) =>
    dueReminders(entries, clock(), 30 * MINUTE, new Set(sent)).map(({ entry: { silenceId } }) => silenceId);

  test("are due within the notice, soonest first", () => {
    const list = [
      entry({ silenceId: "soon", endsAt: at(20 * MINUTE) }),
      entry({ silenceId: "sooner", endsAt: at(5 * MINUTE) }),
      entry({ silenceId: "later", endsAt: at(31 * MINUTE) }),
      entry({ silenceId: "over", endsAt: at(-MINUTE) }),
    ];
    expect(due(list)).toEqual(["sooner", "soon"]);
  });

  test("are not due for short ones, ended ones, and those no person made", () => {
    const list = [
      entry({ startsAt: at(-MINUTE) }),
      entry({ endedAt: at(-MINUTE) }),
      entry({ purpose: "acknowledgement" }),
      entry({ purpose: "recurring" }),
    ];
    expect(due(list)).toEqual([]);
  });

  test("are sent once for each end", () => {
    const [reminder] = dueReminders([entry({})], clock(), 30 * MINUTE, new Set());
    expect(due([entry({})], [reminder?.key ?? ""])).toEqual([]);
    now += 3 * HOUR;
    expect(due([entry({ endsAt: at(10 * MINUTE) })], [reminder?.key ?? ""])).toEqual(["1"]);
  });
});
