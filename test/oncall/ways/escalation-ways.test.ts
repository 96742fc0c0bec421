import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { AlertGroup } from "../../../src/alert/group.ts";
import { DEFAULT_SEVERITIES } from "../../../src/alert/severity.ts";
import { createEscalations } from "../../../src/oncall/escalations.ts";
import { NotDelivered, type OncallMessage } from "../../../src/oncall/pages.ts";
import type { PageWay } from "../../../src/oncall/ways/way.ts";
import type { Store } from "../../../src/store/store.ts";
import { openMemoryStore } from "../../store/memory-store.ts";
import { at, group, rotation, schedule } from "../samples.ts";

const start = at("2026-01-07T12:00:00+01:00");
const later = (minutes: number) => new Date(start.getTime() + minutes * 60_000);

describe("an escalation with several ways", () => {
  let store: Store;
  let number = 0;
  let sent: string[] = [];
  let notes: (string | null)[] = [];
  let slack: (message: OncallMessage) => void = () => {};
  let mail: () => void = () => {};
  beforeAll(async () => {
    store = await openMemoryStore();
  });
  afterAll(() => store?.close());
  beforeEach(() => {
    sent = [];
    notes = [];
    slack = () => {};
    mail = () => {};
  });

  const plan = (more: object = {}) =>
    schedule({
      people: [
        {
          name: "ada",
          slackId: "U0ADA",
          email: "ada@example.org",
          ways: [{ via: "slack" }, { via: "email", after: "5m" }],
        },
        { name: "bob", slackId: "U0BOB" },
        {
          name: "cy",
          slackId: "U0CY",
          email: "cy@example.org",
          ways: [{ via: "email", during: { from: "22:00", to: "07:00" } }, { via: "slack" }],
        },
      ],
      rosters: [
        {
          name: "all",
          default: true,
          channel: "C0ALL",
          roles: {
            primary: { rotation: rotation({ people: ["ada"] }) },
            secondary: { rotation: rotation({ people: ["bob"] }) },
          },
        },
      ],
      escalations: {
        standard: {
          steps: [
            { role: "primary", wait: "10m" },
            { role: "secondary", wait: "10m" },
          ],
          repeat: 0,
        },
      },
      fallback: { person: "cy", channel: "C0ALL" },
      quiet: undefined,
      ...more,
    });

  function process(of = plan()) {
    const email: PageWay = {
      name: "email",
      send: async ({ person }, note) => {
        mail();
        sent.push(`email ${person.name}`);
        notes.push(note);
      },
    };
    return createEscalations({
      store,
      context: async () => ({
        schedule: of,
        exceptions: { overrides: [], calendars: new Map() },
        severities: DEFAULT_SEVERITIES,
        ownersOf: () => [],
      }),
      deliver: async (message) => {
        slack(message);
        sent.push(message.kind === "page" ? `slack ${message.person.name}` : `${message.kind} ${message.channel}`);
      },
      ways: new Map([["email", email]]),
    });
  }
  const fresh = (more: Partial<AlertGroup> = {}) => group(`ways-${++number}`, { severity: "critical", ...more });
  const down = () => {
    throw new NotDelivered("Slack is down");
  };

  it("sends a mail when Slack was not answered for five minutes, once, over a restart too", async () => {
    const one = fresh();
    for (const minute of [0, 1, 4, 5, 6, 9]) {
      await process().look([one], later(minute));
    }
    expect(sent).toEqual(["slack ada", "email ada"]);
    expect((await store.oncall.deliveries(one.id)).map(({ way, person }) => `${way} ${person}`)).toEqual([
      "slack ada",
      "email ada",
    ]);
  });

  it("sends no mail when the page was answered before", async () => {
    const one = fresh();
    await process().look([one], later(0));
    await process().look([{ ...one, state: "acknowledged" }], later(3));
    await process().look([{ ...one, state: "acknowledged" }], later(6));
    expect(sent).toEqual(["slack ada"]);
  });

  it("sends the mail at once when Slack is down, and says why; the page is delivered and uses its time to answer", async () => {
    slack = down;
    const one = fresh();
    await process().look([one], later(0));
    await process().look([one], later(9));
    expect(sent).toEqual(["email ada"]);
    expect(notes).toEqual(["Sent this way since Slack is down."]);
  });

  it("follows the hour of the day in a person's choice", async () => {
    const roles = { primary: { rotation: rotation({ people: ["cy"] }) }, secondary: { nextOf: "primary" } };
    const of = plan({ rosters: [{ name: "all", default: true, roles }] });
    await process(of).look([fresh()], later(0));
    expect(sent).toEqual(["slack cy"]);
    const night = at("2026-01-07T23:00:00+01:00");
    await process(of).look([fresh({ startsAt: night })], night);
    expect(sent).toEqual(["slack cy", "email cy", "slack cy"]);
  });

  it("pages the next in line at once, and tells the channel, when a person's account is deactivated", async () => {
    const of = plan({ people: [{ name: "ada", slackId: "U0ADA" }, { name: "bob", slackId: "U0BOB" }, { name: "cy" }] });
    slack = (message) => {
      if (message.kind === "page" && message.person.name === "ada") {
        throw new NotDelivered("user_disabled", true);
      }
    };
    const one = fresh();
    await process(of).look([one], later(0));
    expect(sent).toEqual(["unreached C0ALL", "slack bob"]);
  });

  it("goes on to the next step at once when a channel is gone", async () => {
    const steps = [
      { channel: "C0GONE", wait: "10m" },
      { email: "list@example.org", wait: "10m" },
    ];
    slack = (message) => {
      if (message.kind !== "page" && message.channel === "C0GONE") {
        throw new NotDelivered("channel_not_found", true);
      }
    };
    await process(plan({ escalations: { standard: { steps, repeat: 0 } } })).look([fresh()], later(0));
    expect(sent).toEqual(["unreached C0ALL", "email list@example.org"]);
  });

  it("uses up no step while nobody can be reached: the page stays due for hours and is sent when Slack is back", async () => {
    const of = plan({
      people: [
        { name: "ada", slackId: "U0ADA" },
        { name: "bob", slackId: "U0BOB" },
        { name: "cy", slackId: "U0CY" },
      ],
    });
    slack = down;
    const one = fresh();
    for (let minute = 0; minute < 180; minute += 0.5) {
      await process(of).look([one], later(minute));
    }
    const state = await process(of).of(one.id);
    expect(state).toMatchObject({ pass: 0, ended: null });
    expect(sent).toEqual([]);
    slack = () => {};
    for (let minute = 180; minute < 186; minute += 0.5) {
      await process(of).look([one], later(minute));
    }
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatch(/^slack /);
  });

  it("tells apart who could not be reached and who did not answer", async () => {
    slack = (message) => {
      if (message.kind === "page" && message.person.name === "ada") {
        throw new NotDelivered("user_disabled", true);
      }
      if (message.kind === "unanswered") {
        notes.push(message.reason);
      }
    };
    mail = down;
    const of = plan({ people: [{ name: "ada", slackId: "U0ADA" }, { name: "bob", slackId: "U0BOB" }, { name: "cy" }] });
    const one = fresh();
    for (const minute of [0, 5, 10, 11]) {
      await process(of).look([one], later(minute));
    }
    expect(sent).toEqual(["unreached C0ALL", "slack bob", "unanswered C0ALL"]);
    expect(notes).toEqual(["ada could not be reached; everybody else was paged and nobody answered"]);
  });
});
