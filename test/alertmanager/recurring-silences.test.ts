import { beforeEach, describe, expect, test } from "vitest";
import { equals } from "../../src/alert/matcher.ts";
import { createEmbeddedAlertmanager, type EmbeddedAlertmanager } from "../../src/alertmanager/embedded/embedded.ts";
import {
  checkRecurring,
  createRecurringSilences,
  occurrences,
  type RecurringSilence,
} from "../../src/alertmanager/recurring-silences.ts";
import { createSilences } from "../../src/alertmanager/silences.ts";
import { createTestLedger } from "./silence-fixtures.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const weekly: RecurringSilence = {
  id: "db-window",
  cron: "0 6 * * 2",
  timezone: "Europe/Zurich",
  length: 2 * HOUR,
  matchers: [equals("service", "dbs")],
  owner: "ada",
  reason: "weekly database window",
  until: null,
};

describe("a recurring silence", () => {
  test("occurs by the clock of its place, through the change to summer time", () => {
    const starts = occurrences(weekly, new Date("2026-03-24T00:00:00Z"), new Date("2026-03-31T12:00:00Z"));
    expect(starts.map((start) => start.toISOString())).toEqual([
      "2026-03-24T05:00:00.000Z",
      "2026-03-31T04:00:00.000Z",
    ]);
  });

  test("occurs no more after its end", () => {
    const until = new Date("2026-03-25T00:00:00Z");
    expect(occurrences({ ...weekly, until }, new Date("2026-03-24"), new Date("2026-04-01"))).toHaveLength(1);
  });

  test.each<[Partial<RecurringSilence>, RegExp]>([
    [{ cron: "61 * * * *" }, /no schedule: 61 is a/],
    [{ cron: "0 6 * *" }, /no schedule/],
    [{ cron: "* * * * * *" }, /expected 5 fields/],
    [{ timezone: "Mars/Olympus" }, /no time zone/],
    [{ length: 8 * DAY }, /from one minute to 7d/],
    [{ cron: "*/10 * * * *", length: 10 * MINUTE }, /it would never end/],
  ])("with %j is refused", (other, message) => {
    expect(() => checkRecurring({ ...weekly, ...other }, 7 * DAY)).toThrow(message);
  });

  test("is accepted when it leaves gaps", () => {
    expect(() => checkRecurring(weekly, 7 * DAY)).not.toThrow();
  });
});

describe("making recurring silences", () => {
  let now: number;
  const clock = () => new Date(now);
  let alertmanager: EmbeddedAlertmanager;
  let make: ReturnType<typeof createRecurringSilences>;
  const start = () => {
    const silences = createSilences({ alertmanager, ledger: createTestLedger(), past: null, clock, longest: 7 * DAY });
    make = createRecurringSilences({ alertmanager, silences, clock });
  };
  beforeEach(() => {
    now = Date.parse("2026-01-06T04:30:00Z");
    alertmanager = createEmbeddedAlertmanager({ clock });
    start();
  });

  test("makes one ahead of its time, once, also over restarts", async () => {
    expect(await make([weekly])).toMatchObject([
      { purpose: "recurring", groupId: "recurring:db-window", owner: "ada" },
    ]);
    expect(await alertmanager.silences()).toMatchObject([
      { state: "pending", startsAt: new Date("2026-01-06T05:00:00Z"), endsAt: new Date("2026-01-06T07:00:00Z") },
    ]);
    now += 10 * MINUTE;
    start();
    expect(await make([weekly])).toEqual([]);
    now += HOUR;
    expect(await make([weekly])).toEqual([]);
    expect(await alertmanager.silences()).toMatchObject([{ state: "active" }]);
  });

  test("makes up for one that should be in force", async () => {
    now = Date.parse("2026-01-06T06:00:00Z");
    await make([weekly]);
    expect(await alertmanager.silences()).toMatchObject([
      { state: "active", endsAt: new Date("2026-01-06T07:00:00Z") },
    ]);
  });

  test("does not bring back one that a person has ended", async () => {
    now = Date.parse("2026-01-06T05:30:00Z");
    const [made] = await make([weekly]);
    await alertmanager.expireSilence(made?.silenceId ?? "");
    now += MINUTE;
    expect(await make([weekly])).toEqual([]);
  });
});
