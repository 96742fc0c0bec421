import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { quietEnd } from "../../src/bot/delivery/quiet-hours.ts";
import { type Harness, startHarness, textOf } from "./harness.ts";
import { earlier, fresh, NOW, sampleAlert, sampleChange, sampleGroup } from "./samples.ts";

const ADA = { name: "Ada", email: "ada@example.org" };

describe("messages by the clock", () => {
  let harness: Harness;
  let channel: string;
  let ada: string;
  beforeEach(async () => {
    harness = await startHarness();
    channel = harness.workspace.channel("cmsweb-alerts").id;
    ada = harness.workspace.user("ada").id;
  });
  afterEach(() => harness.close());
  const handoff = { ...sampleChange("cmsweb", ADA), open: fresh([sampleGroup()]) };
  const direct = () => harness.workspace.state().messages.filter(({ channel: one }) => one.startsWith("D"));

  test("a change of shift is posted once, however many replicas ask", async () => {
    const { bot } = await harness.replica();
    await Promise.all([harness.bot.handoff(handoff), bot.handoff(handoff)]);
    await harness.bot.handoff(handoff);
    expect(harness.seen(channel)).toHaveLength(1);
    const text = textOf(harness.seen(channel)[0]);
    expect(text).toContain("cmsweb: *Ada* takes over from Blaise, until ");
    expect(text).toContain("*Open now*");
    expect(text).toContain("g-1a2b3c4d");
  });

  test("nobody on call is loud", async () => {
    await harness.bot.handoff({ ...sampleChange("cmsweb", null), open: fresh([]) });
    expect(harness.seen(channel)[0]?.text).toContain(":rotating_light: NOBODY IS ON CALL for cmsweb");
    expect(textOf(harness.seen(channel)[0])).toContain("<!here>");
  });

  test("a roster's own channel is told of its shifts", async () => {
    const dbs = harness.workspace.channel("dbs").id;
    await harness.bot.handoff({ ...handoff, duty: { ...handoff.duty, channel: dbs } });
    expect(harness.seen(dbs)).toHaveLength(1);
    expect(harness.seen(channel)).toHaveLength(0);
  });

  test("what Slack did not take is thrown, and sent when asked again", async () => {
    harness.workspace.fail({ method: "chat.postMessage", times: 1, how: { kind: "refused", error: "token_revoked" } });
    await expect(harness.bot.handoff(handoff)).rejects.toThrow("token_revoked");
    await harness.bot.handoff(handoff);
    expect(harness.seen(channel)).toHaveLength(1);
  });

  test("the digest says what fired, what was noise, what is open, and goes to subscribers", async () => {
    await harness.store.states.put(`bot/settings/${ada}`, { quietHours: null, pagesTo: "dm", digest: true });
    const change = (state: "firing" | "resolved", ago: number, pod: string) => ({
      fingerprint: pod,
      at: earlier(ago),
      state,
      labels: sampleAlert({ pod }).labels,
      annotations: {},
      groupId: null,
      actor: null,
    });
    await harness.store.history.append([
      change("firing", 7_200_000, "a"),
      change("resolved", 7_100_000, "a"),
      change("firing", 3_600_000, "b"),
    ]);
    await harness.bot.digest("day", NOW);
    await harness.bot.digest("day", NOW);
    expect(harness.seen(channel)).toHaveLength(1);
    expect(harness.seen(channel)[0]?.text).toContain(
      "2 alerts fired, 1 ended by themselves within 5 minutes, 0 open now",
    );
    expect(direct()).toHaveLength(1);
    expect(textOf(harness.seen(channel)[0])).toContain("nothing was acknowledged; nobody was paged");
  });

  test("the week's says what in the configuration would help, and how soon people answered", async () => {
    const change = (state: "firing" | "acknowledged" | "resolved", ago: number) => ({
      fingerprint: "a",
      at: earlier(ago * 60_000),
      state,
      labels: sampleAlert().labels,
      annotations: {},
      groupId: null,
      actor: null,
    });
    await harness.store.history.append(
      [400, 300, 200, 100].flatMap((ago) => [change("firing", ago), change("resolved", ago - 3)]),
    );
    await harness.store.history.append([change("firing", 50), change("acknowledged", 44)]);
    const page = { id: "p", groupId: "g", person: "ada", step: 0, sentAt: earlier(3_000_000) };
    const deliveredAt = page.sentAt;
    await harness.store.oncall.saveDelivery({ ...page, deliveredAt, seenAt: earlier(2_880_000), answeredAt: null });
    await harness.bot.digest("week", NOW);
    const text = textOf(harness.seen(channel)[0]);
    expect(text).toContain("*What would help*");
    expect(text).toContain("it flaps and is over in 3m");
    expect(text).toContain("acknowledged after 6m (median); 1 page, 1 seen after 2m, 0 answered");
  });

  test("the digest waits for a reader's quiet hours, the channel does not", async () => {
    await harness.close();
    let now = new Date("2026-03-02T05:30:00Z");
    harness = await startHarness({ clock: () => now });
    channel = harness.workspace.channel("cmsweb-alerts").id;
    ada = harness.workspace.user("ada").id;
    await harness.store.states.put(`bot/settings/${ada}`, { quietHours: "22-7", pagesTo: "dm", digest: true });
    const due = now;
    expect(await harness.bot.digest("day", due)).toEqual({ waiting: 1 });
    expect(harness.seen(channel)).toHaveLength(1);
    expect(direct()).toEqual([]);
    now = new Date("2026-03-02T16:00:00Z");
    expect(await harness.bot.digest("day", due)).toEqual({ waiting: 0 });
    expect(harness.seen(channel)).toHaveLength(1);
    expect(direct()).toHaveLength(1);
  });

  test("whoever acknowledged is asked once whether they are still on it, and Yes renews", async () => {
    harness.world.groups.set("g-1a2b3c4d", sampleGroup());
    await harness.world.actions.acknowledge("g-1a2b3c4d", { person: { name: "ada" }, via: "slack" });
    const held = await harness.store.acknowledgements.of("g-1a2b3c4d");
    for (let look = 0; look < 2; look += 1) {
      await harness.bot.askStillWorking(sampleGroup(), held as NonNullable<typeof held>, ADA);
    }
    const [asked, ...more] = harness.workspace.state().messages;
    expect(more).toEqual([]);
    await harness.workspace.clickButton({
      user: ada,
      channel: asked?.channel ?? "",
      ts: asked?.ts ?? "",
      actionId: "group.renew",
    });
    await harness.until(() => harness.world.asked.find(({ what }) => what === "renew"));
  });

  test("a silence's owner is reminded before it ends, found by the name they used the bot under", async () => {
    const entry = {
      silenceId: "s",
      owner: "ada",
      reason: "deploying",
      purpose: "manual" as const,
      groupId: null,
      matchers: [],
      startsAt: NOW,
      endsAt: earlier(-600_000),
      endedAt: null,
      hidden: ["a", "b"],
    };
    expect(await harness.bot.remindOfSilence(entry, { name: "ada" })).toBe(false);
    await harness.workspace.runCommand({ user: ada, channel, text: "/anomaly help" });
    await harness.until(() => harness.seen(channel, ada).length === 1);
    const { bot } = await harness.replica();
    expect(await bot.remindOfSilence(entry, { name: "ada" })).toBe(true);
    expect(direct()[0]?.text).toContain("It has hidden 2 alerts so far.");
  });
});

describe("topic and user group", () => {
  let harness: Harness;
  let channel: string;
  let now = NOW;
  beforeEach(async () => {
    now = NOW;
    harness = await startHarness({ clock: () => now }, {}, { userGroups: { cmsweb: "S1" } });
    channel = harness.workspace.channel("cmsweb-alerts").id;
    harness.workspace.putUserGroup({ id: "S1", handle: "oncall", users: ["U0OLD"] });
  });
  afterEach(() => harness.close());
  const topic = () => harness.workspace.state().channels.find(({ id }) => id === channel)?.topic;
  const calls = (method: string) => harness.workspace.calls.filter((one) => one.method === method).length;

  test("follow whoever is on call, and are left alone until that changes", async () => {
    const { duty } = sampleChange("cmsweb", ADA);
    await harness.bot.followShift([duty]);
    await harness.bot.followShift([duty]);
    expect(topic()).toBe("On call for cmsweb: Ada until 2026-03-03 10:00 UTC");
    expect(harness.workspace.state().groups[0]?.users).toEqual([harness.workspace.user("ada").id]);
    expect(calls("conversations.setTopic")).toBe(1);
    await harness.bot.followShift([sampleChange("cmsweb", { name: "Blaise", email: "blaise@example.org" }).duty]);
    expect(topic()).toContain("Blaise");
    expect(harness.workspace.state().groups[0]?.users).toEqual([harness.workspace.user("blaise").id]);
  });

  test("a group is not emptied while nobody is on call; the topic says so", async () => {
    await harness.bot.followShift([sampleChange("cmsweb", null).duty]);
    expect(harness.workspace.state().groups[0]?.users).toEqual(["U0OLD"]);
    expect(topic()).toBe("NOBODY is on call for cmsweb");
  });

  test("what Slack refuses is tried again after ten minutes, and does not keep the rest from following", async () => {
    harness.workspace.fail({
      method: "conversations.setTopic",
      times: 1,
      how: { kind: "refused", error: "restricted_action" },
    });
    const { duty } = sampleChange("cmsweb", ADA);
    await harness.bot.followShift([duty]);
    await harness.bot.followShift([duty]);
    expect(calls("conversations.setTopic")).toBe(0);
    expect(calls("usergroups.users.update")).toBe(1);
    now = new Date(NOW.getTime() + 601_000);
    await harness.bot.followShift([duty]);
    expect(topic()).toContain("Ada");
  });
});

describe("quiet hours of a person", () => {
  test.each([
    ["22-7", "Europe/Zurich", "2026-01-10T22:00:00Z", "2026-01-11T06:00:00Z"],
    ["22-7", "Europe/Zurich", "2026-01-10T05:59:00Z", "2026-01-10T06:00:00Z"],
    ["22-7", "America/Chicago", "2026-01-10T12:00:00Z", "2026-01-10T13:00:00Z"],
    ["20-8", "Europe/Zurich", "2026-03-28T23:30:00Z", "2026-03-29T06:00:00Z"],
  ])("%s in %s at %s are over at %s", (hours, zone, at, end) => {
    expect(quietEnd(hours, zone, new Date(at))).toEqual(new Date(end));
  });

  test("it is not quiet by day, nor by hours that cannot be read", () => {
    expect(quietEnd("22-7", "Europe/Zurich", new Date("2026-01-10T12:00:00Z"))).toBeNull();
    expect(quietEnd("late", "Europe/Zurich", new Date("2026-01-10T12:00:00Z"))).toBeNull();
  });
});
