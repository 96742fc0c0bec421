import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { AlertGroup } from "../../src/alert/group.ts";
import { DEFAULT_SEVERITIES } from "../../src/alert/severity.ts";
import type { Bot } from "../../src/bot/app.ts";
import { createEscalations } from "../../src/oncall/escalations.ts";
import type { Store } from "../../src/store/store.ts";
import { type Harness, startHarness, textOf } from "../bot/harness.ts";
import { openMemoryStore } from "../store/memory-store.ts";
import { at, group, rotation, schedule } from "./samples.ts";

const start = at("2026-01-07T12:00:00+01:00");
const later = (minutes: number) => new Date(start.getTime() + minutes * 60_000);

// A person is woken by a new message only: an edit notifies nobody. Each way by which a page becomes due again is here, with the
// real bot in an emulated workspace, on a real store.
describe("a page that is due", () => {
  let store: Store;
  let harness: Harness;
  let ada: string;
  let number = 0;
  beforeAll(async () => {
    store = await openMemoryStore();
  });
  afterAll(() => store?.close());
  beforeEach(async () => {
    harness = await startHarness({ store });
    ada = harness.workspace.user("ada").id;
  });
  afterEach(() => harness.close());

  /** Ada alone is on call, and paged again ten minutes later, once. */
  const plan = () =>
    schedule({
      people: [{ name: "Ada", email: "ada@example.org" }],
      rosters: [{ name: "all", default: true, roles: { primary: { rotation: rotation({ people: ["Ada"] }) } } }],
      escalations: { standard: { steps: [{ role: "primary", wait: "10m" }], repeat: 1 } },
      fallback: { person: "Ada" },
      quiet: undefined,
    });
  const process = (bot: Bot) =>
    createEscalations({
      store,
      context: async () => ({
        schedule: plan(),
        exceptions: { overrides: [], calendars: new Map() },
        severities: DEFAULT_SEVERITIES,
        ownersOf: () => [],
      }),
      deliver: bot.deliver,
    });
  const restarted = async () => process((await harness.replica()).bot);
  const fresh = (more: Partial<AlertGroup> = {}) => group(`again-${++number}`, { severity: "critical", ...more });
  const direct = () => harness.workspace.state().messages.filter(({ channel }) => channel.startsWith("D"));
  const delivered = async (id: string) =>
    (await store.oncall.deliveries(id)).filter(({ deliveredAt }) => deliveredAt !== null).length;

  test("for the second time since nobody answered is a new message, over a restart too", async () => {
    const one = fresh();
    await process(harness.bot).look([one], later(0));
    expect(direct()).toHaveLength(1);
    await (await restarted()).look([one], later(10));
    expect(direct()).toHaveLength(2);
    expect(await delivered(one.id)).toBe(2);
  });

  test("when the alert fires again in its group is a new message each time, over a restart too", async () => {
    const one = fresh();
    for (const [index, minute] of [0, 20, 40, 60].entries()) {
      const escalations = index === 2 ? await restarted() : process(harness.bot);
      const firing = { ...one, startsAt: later(minute) };
      await escalations.look([firing], later(minute));
      await escalations.look([{ ...firing, state: "resolved", endsAt: later(minute + 1) }], later(minute + 1));
    }
    expect(direct()).toHaveLength(4);
    expect(await delivered(one.id)).toBe(4);
  });

  test("when the same trouble comes back with the same begin, also after it was forgotten, is a new message", async () => {
    const one = fresh();
    const escalations = process(harness.bot);
    await escalations.look([one], later(0));
    await escalations.look([], later(1));
    await escalations.look([one], later(2));
    expect(direct()).toHaveLength(2);
    await escalations.look([], later(3));
    await escalations.look([], later(3 + 25 * 60));
    expect(await escalations.of(one.id)).toBeNull();
    await (await restarted()).look([one], later(4 + 25 * 60));
    expect(direct()).toHaveLength(3);
    expect(await delivered(one.id)).toBe(3);
  });

  test("when an acknowledgement or a silence ends is a new message, over a restart too", async () => {
    const one = fresh();
    const escalations = process(harness.bot);
    await escalations.look([one], later(0));
    await escalations.look([{ ...one, state: "acknowledged" }], later(1));
    await escalations.look([one], later(2));
    await escalations.look([{ ...one, state: "silenced" }], later(3));
    await (await restarted()).look([one], later(4));
    expect(direct()).toHaveLength(3);
    expect(await delivered(one.id)).toBe(3);
  });

  test("is noted in the alert's thread each time", async () => {
    const one = fresh();
    await harness.show(one);
    const escalations = process(harness.bot);
    await escalations.look([one], later(0));
    await escalations.look([one], later(10));
    const channel = harness.workspace.channel("cmsweb-alerts").id;
    const notes = harness.seen(channel).filter(({ threadTs }) => threadTs !== null);
    expect(notes.map(textOf)).toEqual([expect.stringContaining("Paged Ada"), expect.stringContaining("Paged Ada")]);
  });

  test("is one message, however many replicas and looks there are before the next is due", async () => {
    const one = fresh();
    const replicas = [process(harness.bot), await restarted(), await restarted()];
    for (const minute of [0, 1, 5, 9]) {
      await Promise.all(replicas.map((escalations) => escalations.look([one], later(minute))));
    }
    expect(direct()).toHaveLength(1);
  });

  test("in a channel keeps its mention when it is edited, and all pages of a group are edited", async () => {
    await store.states.put(`bot/settings/${ada}`, { quietHours: null, pagesTo: "channel", digest: false });
    const one = fresh();
    const escalations = process(harness.bot);
    await escalations.look([one], later(0));
    await escalations.look([one], later(10));
    await harness.bot.publish({ ...one, state: "resolved", endsAt: later(12) }, { urgent: true });
    await store.states.remove(`bot/settings/${ada}`);
    const channel = harness.workspace.channel("cmsweb-alerts").id;
    const pages = harness.seen(channel).filter((message) => textOf(message).includes(`:pager: <@${ada}>`));
    expect(pages).toHaveLength(2);
    expect(pages.every((page) => textOf(page).includes("resolved"))).toBe(true);
  });
});
