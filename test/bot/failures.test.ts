import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Harness, startHarness, textOf } from "./harness.ts";
import { sampleAlert, sampleGroup } from "./samples.ts";

const POST = "chat.postMessage";

describe("when Slack fails", () => {
  let harness: Harness;
  let channel: string;
  beforeEach(async () => {
    harness = await startHarness();
    channel = harness.workspace.channel("cmsweb-alerts").id;
  });
  afterEach(() => harness.close());
  const page = {
    key: "page:1",
    person: { name: "Ada", email: "ada@example.org" },
    group: sampleGroup(),
    step: 0,
    reason: "You are on call.",
  };

  test("429: waits as long as Slack asks, then posts once", async () => {
    harness.workspace.fail({ method: POST, times: 3, how: { kind: "limited", seconds: 7 } });
    await harness.show(sampleGroup());
    expect(harness.slept).toEqual([7000, 7000, 7000]);
    expect(harness.seen(channel)).toHaveLength(1);
  });

  test("429 in a channel does not hold up a page", async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await harness.close();
    harness = await startHarness({ sleep: () => held });
    channel = harness.workspace.channel("cmsweb-alerts").id;
    harness.workspace.fail({ method: POST, channel, times: 1, how: { kind: "limited", seconds: 60 } });
    await harness.bot.publish(sampleGroup());
    const sent = await harness.bot.page(page);
    expect(sent.delivered).toBe(true);
    expect(harness.seen(channel)).toHaveLength(0);
    release();
    await harness.bot.flush();
    const alerts = () => harness.seen(channel).filter(({ text }) => text.includes("HIGH"));
    expect(alerts()).toHaveLength(1);
    const told = await harness.until(() => harness.seen(channel).find((one) => !alerts().includes(one)));
    expect(textOf(told)).toContain("Slack held messages back for 60 s; they are coming now.");
    expect(textOf(told)).toContain("http://127.0.0.1:8420");
  });

  test("503 and broken connections: tries again, posts once", async () => {
    harness.workspace.fail({ method: POST, times: 1, how: { kind: "broken" } });
    harness.workspace.fail({ method: POST, times: 2, how: { kind: "unreachable" } });
    await harness.show(sampleGroup());
    expect(harness.seen(channel)).toHaveLength(1);
  });

  test("an answer lost after the deed does not double the message", async () => {
    harness.workspace.fail({ method: POST, times: 1, how: { kind: "lost" } });
    await harness.show(sampleGroup());
    expect(harness.seen(channel)).toHaveLength(1);
    expect(await harness.store.messages.of("g-1a2b3c4d")).toHaveLength(1);
  });

  test("a replica that died between posting and remembering does not double the message", async () => {
    await harness.show(sampleGroup());
    const [message] = await harness.store.messages.of("g-1a2b3c4d");
    await harness.store.messages.save({ ...(message as NonNullable<typeof message>), groupId: "forgotten" });
    await harness.bot.publish(sampleGroup());
    await harness.bot.flush();
    expect(harness.seen(channel)).toHaveLength(1);
    expect(await harness.store.messages.of("g-1a2b3c4d")).toHaveLength(1);
  });

  test("down for long: nothing is lost, the message comes when Slack is back", async () => {
    harness.workspace.fail({ method: POST, times: 6, how: { kind: "broken" } });
    await harness.show(sampleGroup());
    expect(harness.seen(channel)).toHaveLength(0);
    await harness.bot.flush();
    expect(harness.seen(channel)).toHaveLength(1);
  });

  test("a revoked token: no repeats, the next try after it is fixed posts", async () => {
    harness.workspace.fail({ method: POST, times: 1, how: { kind: "refused", error: "token_revoked" } });
    await harness.show(sampleGroup());
    expect(harness.slept).toEqual([]);
    await harness.bot.flush();
    expect(harness.seen(channel)).toHaveLength(1);
  });

  test("a deleted channel: the alert goes to the default channel, which is told once", async () => {
    await harness.close();
    harness = await startHarness({}, { dbs: "C0DELETED00" });
    channel = harness.workspace.channel("cmsweb-alerts").id;
    await harness.show(sampleGroup());
    await harness.show(sampleGroup({ id: "g-2" }));
    expect(harness.seen(channel)).toHaveLength(3);
    expect(harness.seen(channel).filter(({ text }) => text.includes("<#C0DELETED00>"))).toHaveLength(1);
  });

  test("a channel the bot is not in: joins it and posts", async () => {
    harness.workspace.fail({ method: POST, times: 1, how: { kind: "refused", error: "not_in_channel" } });
    await harness.show(sampleGroup());
    expect(harness.seen(channel)).toHaveLength(1);
    expect(harness.workspace.calls.some(({ method }) => method === "conversations.join")).toBe(true);
  });

  test("a deleted message: it is posted again with the newest state", async () => {
    await harness.show(sampleGroup());
    harness.workspace.fail({ method: "chat.update", times: 1, how: { kind: "refused", error: "message_not_found" } });
    await harness.bot.publish(sampleGroup({ alerts: [sampleAlert({ pod: "dbs-global-r-9" })] }), { urgent: true });
    expect(textOf(harness.seen(channel).at(-1))).toContain("dbs-global-r-9");
    await harness.bot.publish(sampleGroup({ alerts: [sampleAlert({ pod: "dbs-global-r-10" })] }), { urgent: true });
    expect(harness.seen(channel)).toHaveLength(2);
    expect(textOf(harness.seen(channel).at(-1))).toContain("dbs-global-r-10");
  });

  test("a message that vanished while the bot was down is posted again, unchanged as it is", async () => {
    await harness.show(sampleGroup());
    const { bot } = await harness.replica();
    harness.workspace.fail({ method: "chat.update", times: 1, how: { kind: "refused", error: "message_not_found" } });
    await bot.publish(sampleGroup(), { urgent: true });
    expect(harness.seen(channel)).toHaveLength(2);
  });

  test("a page that cannot be delivered says why, and is sent at the next try", async () => {
    harness.workspace.fail({
      method: "conversations.open",
      times: 1,
      how: { kind: "refused", error: "user_disabled" },
    });
    expect(await harness.bot.page(page)).toEqual({
      delivered: false,
      reason: "Slack did not take it: user_disabled",
      final: true,
    });
    expect((await harness.bot.page(page)).delivered).toBe(true);
  });

  test("a page asked for again asks Slack nothing", async () => {
    await harness.bot.page(page);
    const calls = harness.workspace.calls.length;
    await harness.bot.page(page);
    expect(harness.workspace.calls).toHaveLength(calls);
  });

  test("an event delivered three times is handled once, also by another replica", async () => {
    const user = harness.workspace.user("ada").id;
    const event = { type: "app_home_opened", user, channel: "D1", tab: "home", event_ts: "1.1" };
    await harness.workspace.sendEvent("Ev1", event);
    await harness.workspace.sendEvent("Ev1", event);
    const second = await harness.replica();
    harness.workspace.connectBot(second.url);
    await harness.workspace.sendEvent("Ev1", event);
    await harness.workspace.sendEvent("Ev2", event);
    await harness.until(() => harness.workspace.calls.filter(({ method }) => method === "views.publish").length === 2);
  });

  test("a button on a message from before the restart works", async () => {
    harness.world.groups.set("g-1a2b3c4d", sampleGroup());
    await harness.show(sampleGroup());
    const second = await harness.replica();
    await harness.bot.stop();
    harness.workspace.connectBot(second.url);
    const ts = harness.seen(channel)[0]?.ts ?? "";
    await harness.workspace.clickButton({
      user: harness.workspace.user("ada").id,
      channel,
      ts,
      actionId: "group.acknowledge",
    });
    await harness.until(() => textOf(harness.seen(channel)[0]).includes("Acknowledged by ada"));
  });

  test("Slack away at the start: the bot starts and answers when Slack is back", async () => {
    harness.workspace.fail({ method: "auth.test", times: 1, how: { kind: "broken" } });
    const user = harness.workspace.user("ada").id;
    await harness.workspace.runCommand({ user, channel, text: "/anomaly help" });
    await harness.workspace.runCommand({ user, channel, text: "/anomaly help" });
    await harness.until(() => harness.seen(channel, user).some((one) => one.text.includes("What /anomaly can do")));
  });
});
