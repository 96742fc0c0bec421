import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Harness, startHarness, textOf } from "./harness.ts";
import { NOW, sampleAlert, sampleGroup } from "./samples.ts";

describe("the living message of a group", () => {
  let harness: Harness;
  let channel: string;
  let ada: string;
  let blaise: string;
  beforeEach(async () => {
    harness = await startHarness();
    channel = harness.workspace.channel("cmsweb-alerts").id;
    ada = harness.workspace.user("ada").id;
    blaise = harness.workspace.user("blaise").id;
    harness.world.groups.set("g-1a2b3c4d", sampleGroup());
  });
  afterEach(() => harness.close());

  const show = async () => {
    await harness.show(sampleGroup());
    return harness.seen(channel)[0];
  };
  const press = async (actionId: string, user: string, value?: string) => {
    const ts = harness.seen(channel)[0]?.ts ?? "";
    return harness.workspace.clickButton({ user, channel, ts, actionId, ...(value === undefined ? {} : { value }) });
  };

  test("is posted once, red, with severity, subject and state first in the notification", async () => {
    const message = await show();
    expect(message?.text).toBe(":red_circle: HIGH dbs: CPU of dbs is far above what is usual — firing");
    expect(message?.attachments[0]?.["color"]).toBe("#d6293e");
    await harness.show(sampleGroup());
    await harness.bot.flush();
    expect(harness.seen(channel)).toHaveLength(1);
    expect(harness.workspace.calls.filter(({ method }) => method === "chat.update")).toHaveLength(0);
  });

  test("is edited in place when an alert joins", async () => {
    await show();
    await harness.show(sampleGroup({ alerts: [sampleAlert(), sampleAlert({ pod: "dbs-global-r-2" })] }));
    expect(harness.workspace.calls.some(({ method }) => method === "chat.update")).toBe(false);
    await harness.bot.flush();
    expect(harness.seen(channel)).toHaveLength(1);
    expect(textOf(harness.seen(channel)[0])).toContain("dbs-global-r-2");
  });

  test("Acknowledge turns it amber and names who did it without mentioning them", async () => {
    await show();
    await press("group.acknowledge", ada);
    const message = await harness.until(() => harness.seen(channel).find((one) => one.edited));
    expect(message.attachments[0]?.["color"]).toBe("#e8a317");
    expect(textOf(message)).toContain("Acknowledged by ada");
    expect(textOf(message)).not.toContain(`<@${ada}>`);
    expect(textOf(message)).toContain("group.unacknowledge");
    expect(textOf(message)).not.toContain("group.acknowledge");
  });

  test("Unacknowledge makes it red again", async () => {
    await show();
    await press("group.acknowledge", ada);
    await harness.until(() => harness.seen(channel).find((one) => textOf(one).includes("group.unacknowledge")));
    await press("group.unacknowledge", ada);
    await harness.until(() => harness.seen(channel).find((one) => textOf(one).includes("group.acknowledge")));
  });

  test("a click on a stale message is explained privately, and the message brought up to date", async () => {
    await show();
    await harness.world.actions.acknowledge("g-1a2b3c4d", { person: { name: "ada" }, via: "web" });
    await press("group.acknowledge", blaise);
    const told = await harness.until(() => harness.seen(channel, blaise).find((one) => one.ephemeralFor === blaise));
    expect(textOf(told)).toContain("ada has acknowledged it already");
    expect(textOf(harness.seen(channel)[0])).toContain("Acknowledged by ada");
    expect(harness.seen(channel, ada).some((one) => one.ephemeralFor !== null)).toBe(false);
  });

  test("Silence for an hour turns it grey, tells its thread, and can be undone", async () => {
    await show();
    await press("group.silence", ada, "1h|g-1a2b3c4d");
    const message = await harness.until(() => harness.seen(channel).find((one) => one.edited));
    expect(message.attachments[0]?.["color"]).toBe("#8b8f96");
    await harness.until(() =>
      harness.seen(channel).find((one) => one.threadTs === message.ts && textOf(one).includes("ada silenced this")),
    );
    const done = await harness.until(() => harness.seen(channel, ada).find((one) => one.ephemeralFor === ada));
    await harness.workspace.clickButton({ user: ada, channel, ts: done.ts, actionId: "silence.undo" });
    await harness.until(() => harness.world.groups.get("g-1a2b3c4d")?.state === "firing");
  });

  test("Resolve turns it green and leaves no button that acts", async () => {
    await show();
    await press("group.resolve", ada);
    const message = await harness.until(() => harness.seen(channel).find((one) => one.edited));
    expect(message.attachments[0]?.["color"]).toBe("#2f9e63");
    expect(textOf(message)).not.toMatch(/group\.(acknowledge|silence|resolve)"/);
  });

  test("alerts of others cannot be resolved by hand", async () => {
    await harness.show(sampleGroup({ alerts: [{ ...sampleAlert(), annotations: {} }] }));
    expect(textOf(harness.seen(channel)[0])).not.toContain("group.resolve");
  });

  test.each([
    ["group.explain", "70 % *cpu*"],
    ["group.runbook", "Look at the pods"],
    ["group.notAnomaly", "the next training leaves this time out"],
    ["solution.helped", "Thank you"],
  ])("%s answers the person alone", async (actionId, expected) => {
    await show();
    await press(actionId, blaise);
    const told = await harness.until(() => harness.seen(channel, blaise).find((one) => one.ephemeralFor === blaise));
    expect(textOf(told)).toContain(expected);
  });

  test("the menu takes what was wrong", async () => {
    await show();
    await press("group.more", ada, "wrong-link|g-1a2b3c4d");
    await harness.until(() => harness.world.asked.find(({ what }) => what === "feedback wrong-link"));
  });

  test("two replicas post one message", async () => {
    const { bot: second } = await harness.replica();
    await Promise.all([harness.show(sampleGroup()), second.publish(sampleGroup(), { urgent: true })]);
    expect(harness.seen(channel)).toHaveLength(1);
  });

  test("a page is a direct message that follows the group's state, sent once", async () => {
    await show();
    const page = {
      key: "page:1",
      person: { name: "Ada", email: "ada@example.org" },
      group: sampleGroup(),
      step: 0,
      reason: "You are on call for cmsweb.",
    };
    const sent = await harness.bot.page(page);
    expect(sent.delivered).toBe(true);
    await harness.bot.page(page);
    const dm = sent.delivered ? sent.channel : "";
    expect(dm).toMatch(/^D/);
    expect(harness.seen(dm)).toHaveLength(1);
    expect(textOf(harness.seen(dm)[0])).toContain("You are on call for cmsweb.");
    await harness.workspace.clickButton({
      user: ada,
      channel: dm,
      ts: harness.seen(dm)[0]?.ts ?? "",
      actionId: "group.acknowledge",
    });
    await harness.until(() => textOf(harness.seen(dm)[0]).includes("Acknowledged by ada"));
    await harness.until(() => textOf(harness.seen(channel)[0]).includes("Acknowledged by ada"));
  });

  test("a person without an address is not paged, and the reason is given", async () => {
    const sent = await harness.bot.page({
      key: "page:1",
      person: { name: "Nobody" },
      group: sampleGroup(),
      step: 0,
      reason: "",
    });
    expect(sent).toEqual({
      delivered: false,
      reason: "Nobody has neither a Slack id nor a mail address that Slack knows",
      final: true,
    });
  });

  test("lasting and end are shown when it is over", async () => {
    await harness.show(sampleGroup());
    await harness.bot.publish(sampleGroup({ state: "resolved", endsAt: NOW }), { urgent: true });
    expect(textOf(harness.seen(channel)[0])).toContain("Lasted 10m");
  });

  test("what is over and was never shown is no message", async () => {
    await harness.show(sampleGroup({ state: "resolved", endsAt: NOW }));
    expect(harness.seen(channel)).toEqual([]);
  });
});
