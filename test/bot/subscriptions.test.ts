import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Harness, startHarness, textOf } from "./harness.ts";
import { NOW, sampleAlert, sampleGroup } from "./samples.ts";

describe("subscriptions", () => {
  let harness: Harness;
  let now: Date;
  let ada: string;
  let channel: string;
  let operations: string;
  beforeEach(async () => {
    now = NOW;
    await start({ subscribe: ["U0NOBODY000"] });
  });
  afterEach(() => harness.close());

  const start = async (permissions: Readonly<Record<string, readonly string[]>>) => {
    harness = await startHarness({ clock: () => now, permissions });
    ada = harness.workspace.user("ada").id;
    channel = harness.workspace.channel("cmsweb-alerts").id;
    operations = harness.workspace.channel("cmsweb-operations").id;
  };
  const say = async (text: string, where = operations) => {
    const before = harness.seen(where, ada).length;
    await harness.workspace.runCommand({ user: ada, channel: where, text: `/anomaly ${text}` });
    await harness.until(() => harness.seen(where, ada).length > before);
    return textOf(harness.seen(where, ada).at(-1));
  };
  const direct = () => harness.workspace.state().messages.filter(({ channel: one }) => one.startsWith("D"));
  const later = (milliseconds: number) => {
    now = new Date(now.getTime() + milliseconds);
  };

  test("a person is shown the alerts of a service, as living messages with buttons", async () => {
    expect(await say("subscribe dbs")).toContain("Alerts of dbs are shown to you, by direct message,");
    harness.world.groups.set("g-1a2b3c4d", sampleGroup());
    await harness.show(sampleGroup());
    await harness.show(sampleGroup({ id: "g-other", service: "das" }));
    expect(direct()).toHaveLength(1);
    expect(textOf(direct()[0])).toContain("You asked to be shown these alerts");
    const [copy] = direct();
    await harness.workspace.clickButton({
      user: ada,
      channel: copy?.channel ?? "",
      ts: copy?.ts ?? "",
      actionId: "group.acknowledge",
    });
    await harness.until(() => textOf(direct()[0]).includes("Acknowledged by ada"));
    await harness.until(() => textOf(harness.seen(channel)[0]).includes("Acknowledged by ada"));
    await harness.bot.publish(sampleGroup({ state: "resolved", endsAt: NOW }), { urgent: true });
    expect(direct()[0]?.text).toContain("resolved");
    expect(direct()).toHaveLength(1);
  });

  test("only from a severity on, when one is named", async () => {
    expect(await say("subscribe critical all")).toContain("all services, from critical on");
    await harness.show(sampleGroup());
    expect(direct()).toEqual([]);
    await harness.show(sampleGroup({ id: "g-2", service: "das", severity: "urgent" }));
    expect(direct()).toHaveLength(1);
  });

  test("what can wait waits for the end of quiet hours, and is not told when it is over by then", async () => {
    now = new Date("2026-03-02T23:00:00Z");
    await harness.store.states.put(`bot/settings/${ada}`, { quietHours: "22-7", pagesTo: "dm", digest: false });
    await say("subscribe dbs");
    await harness.show(sampleGroup());
    await harness.show(sampleGroup({ id: "g-short" }));
    await harness.show(sampleGroup({ id: "g-urgent", severity: "critical" }));
    expect(direct().map(({ text }) => text)).toEqual([expect.stringContaining("CRITICAL")]);
    await harness.bot.publish(sampleGroup({ id: "g-short", state: "resolved" }), { urgent: true });
    now = new Date("2026-03-03T07:30:00Z");
    await harness.bot.publish(sampleGroup(), { urgent: true });
    expect(direct()).toHaveLength(2);
  });

  test("who may subscribe a channel is configured", async () => {
    expect(await say("subscribe here dbs")).toContain("You may not subscribe here. Ask");
    await harness.show(sampleGroup());
    expect(harness.seen(operations)).toEqual([]);
  });

  test("a channel is shown them too, once, also by another replica and after a restart", async () => {
    await harness.close();
    await start({});
    await say("subscribe here dbs");
    await harness.show(sampleGroup());
    const { bot } = await harness.replica();
    await bot.publish(sampleGroup({ alerts: [sampleAlert(), sampleAlert({ pod: "b" })] }), { urgent: true });
    expect(harness.seen(operations)).toHaveLength(1);
    expect(await say("subscribe")).toContain("This channel is shown: *dbs*.");
    expect(await say("unsubscribe here dbs")).toContain("Ended one subscription");
    await harness.show(sampleGroup({ id: "g-2" }));
    expect(harness.seen(operations)).toHaveLength(1);
    expect((await harness.store.audit.recent(1))[0]).toMatchObject({ action: "unsubscribe", subject: operations });
  });

  test("the channel that shows a group anyway is not shown it twice", async () => {
    await harness.close();
    await start({});
    await say("subscribe here dbs", channel);
    await harness.show(sampleGroup());
    expect(harness.seen(channel).filter(({ text }) => text.includes("HIGH"))).toHaveLength(1);
  });

  test("a subscriber who cannot be reached keeps nobody else from it", async () => {
    await say("subscribe dbs");
    const failing = {
      method: "conversations.open",
      times: 1,
      how: { kind: "refused", error: "user_disabled" },
    } as const;
    harness.workspace.fail(failing);
    await harness.show(sampleGroup());
    expect(harness.seen(channel)).toHaveLength(1);
    expect(direct()).toEqual([]);
    later(601_000);
    await harness.bot.publish(sampleGroup(), { urgent: true });
    expect(direct()).toHaveLength(1);
  });

  test("a word that is no service or severity gets the nearest right one", async () => {
    expect(await say("subscribe dbss")).toContain("Did you mean *dbs*?");
    expect(await say("subscribe dbs hig")).toContain("Did you mean the severity `high`?");
    expect(await say("unsubscribe das")).toContain("There was no such subscription");
  });

  test("App Home lists them and ends one", async () => {
    await say("subscribe dbs high");
    await harness.workspace.openHome(ada);
    const { id } = await harness.until(() => harness.workspace.state().homes[0]);
    expect(JSON.stringify(harness.workspace.state().homes[0]?.view)).toContain("dbs, from high on");
    await harness.workspace.clickInView({ user: ada, viewId: id, actionId: "settings.unsubscribe" });
    await harness.until(() => !JSON.stringify(harness.workspace.state().homes[0]?.view).includes("dbs, from high on"));
  });
});
