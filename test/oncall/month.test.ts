import { expect, it } from "vitest";
import type { AlertGroup } from "../../src/alert/group.ts";
import { DEFAULT_SEVERITIES } from "../../src/alert/severity.ts";
import { createEscalations } from "../../src/oncall/escalations.ts";
import { NotDelivered, type PageMessage } from "../../src/oncall/pages.ts";
import type { PageWay } from "../../src/oncall/ways/way.ts";
import { fakeStore } from "../bot/fake-store.ts";
import { randomFrom } from "./calendar/generated-feeds.ts";
import { group, schedule } from "./samples.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const FROM = Date.UTC(2026, 1, 2);
const PEOPLE = ["ada", "bob", "cy"];
/** Between two tries of a page that nobody can be reached for, and the look that finds it. */
const LATEST = 6 * MINUTE;

interface Span {
  readonly from: number;
  readonly to: number;
}
interface Sent {
  readonly key: string;
  readonly groupId: string;
  readonly way: string;
  readonly person: string;
  readonly at: number;
}

const plan = schedule({
  timezone: "UTC",
  people: PEOPLE.map((name) => ({ name, slackId: `U0${name.toUpperCase()}`, email: `${name}@example.org` })),
  ways: [{ via: "slack" }, { via: "email", after: "5m" }],
  rosters: [
    {
      name: "all",
      default: true,
      roles: {
        primary: { rotation: { people: PEOPLE, every: "1d", starts: "2026-01-01", handoff: { time: "09:00" } } },
        secondary: { nextOf: "primary" },
      },
    },
  ],
  escalations: {
    standard: {
      steps: [
        { role: "primary", wait: "10m" },
        { role: "secondary", wait: "10m" },
      ],
      repeat: 2,
    },
  },
  fallback: { person: "ada" },
  quiet: undefined,
});

/** Who has the day by plain arithmetic, and who has the next. */
function onCall(at: number): readonly string[] {
  const day = Math.floor((at - Date.UTC(2026, 0, 1) - 9 * HOUR) / DAY);
  return [PEOPLE[day % 3] ?? "", PEOPLE[(day + 1) % 3] ?? ""];
}

/** The step after the policy's two: the fallback, since nobody in line could be reached. */
const isFallback = (key: string) => key.endsWith(":2");

/** A month of alerts, with Slack and the mail server down for hours; processes restart at every tenth look. */
async function playMonth(seed: number) {
  const random = randomFrom(seed);
  const spans = (count: number, hours: number): readonly Span[] =>
    Array.from({ length: count }, () => {
      const from = FROM + Math.floor(random() * 30 * DAY);
      return { from, to: from + random() * hours * HOUR };
    });
  const downtimes = new Map([
    ["slack", spans(25, 8)],
    ["email", spans(15, 8)],
  ]);
  const isDown = (way: string, at: number) =>
    downtimes.get(way)?.some(({ from, to }) => from <= at && at < to) === true;
  const alerts = spans(70, 3).map(({ from, to }, index) => {
    const life = { from, to: to + 20 * MINUTE };
    return { id: `g${index}`, life, answeredAfter: random() < 0.5 ? 7 * MINUTE : Number.POSITIVE_INFINITY };
  });
  const store = fakeStore();
  const sent: Sent[] = [];
  let now = FROM;
  const way = (name: string): PageWay => ({
    name,
    async send({ key, person, group: { id } }: PageMessage) {
      if (isDown(name, now)) {
        throw new NotDelivered(`${name} is down`);
      }
      sent.push({ key, groupId: id, way: name, person: person.name, at: now });
    },
  });
  const ways = new Map(["slack", "email"].map((name) => [name, way(name)]));
  const start = () =>
    createEscalations({
      store,
      context: async () => ({
        schedule: plan,
        exceptions: { overrides: [], calendars: new Map() },
        severities: DEFAULT_SEVERITIES,
        ownersOf: () => [],
      }),
      deliver: async () => {},
      ways,
      clock: () => new Date(now),
    });
  let escalations = start();
  const stateOf = ({ id, life, answeredAfter }: (typeof alerts)[number]): AlertGroup["state"] | null => {
    const first = sent.find(({ groupId }) => groupId === id)?.at ?? Number.POSITIVE_INFINITY;
    if (now < life.from || now >= life.to + HOUR) {
      return null;
    }
    return now >= life.to ? "resolved" : now - first >= answeredAfter ? "acknowledged" : "firing";
  };
  for (let look = 0; now < FROM + 31 * DAY; now += MINUTE / 2, look++) {
    if (!alerts.some(({ life }) => life.from <= now && now < life.to + HOUR)) {
      continue;
    }
    const open = alerts.flatMap((alert) => {
      const state = stateOf(alert);
      return state === null
        ? []
        : [group(alert.id, { severity: "critical", state, startsAt: new Date(alert.life.from) })];
    });
    if (open.length > 0) {
      if (look % 10 === 0) {
        escalations = start();
      }
      await escalations.look(open, new Date(now));
    }
  }
  return { alerts, sent, isDown };
}

it.each([1])(
  "a month of alerts with Slack and mail down for hours (seed %i): no page lost, to the wrong person, or twice by a way",
  async (seed) => {
    const { alerts, sent, isDown } = await playMonth(seed);
    for (const { id, life } of alerts) {
      const first = sent.find(({ groupId }) => groupId === id)?.at ?? Number.POSITIVE_INFINITY;
      let reachable = 0;
      for (let at = life.from; at < Math.min(first, life.to); at += MINUTE / 2) {
        reachable = isDown("slack", at) && isDown("email", at) ? 0 : reachable + MINUTE / 2;
        expect({ id, at: new Date(at), late: reachable > LATEST }).toEqual({ id, at: new Date(at), late: false });
      }
    }
    const wrong = sent.filter(
      ({ key, person, at }) =>
        !onCall(at).includes(person) && !isFallback(key) && !onCall(at - 11 * MINUTE).includes(person),
    );
    expect(wrong).toEqual([]);
    const once = new Set(sent.map(({ key, way }) => `${key} ${way}`));
    expect(once.size).toBe(sent.length);
    expect(sent.length).toBeGreaterThan(80);
    expect(sent.filter(({ way }) => way === "email").length).toBeGreaterThan(10);
  },
  120_000,
);
