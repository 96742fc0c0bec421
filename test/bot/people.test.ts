import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Harness, startHarness, textOf } from "./harness.ts";
import { NOW, sampleGroup } from "./samples.ts";

describe("permissions", () => {
  let harness: Harness;
  let channel: string;
  beforeEach(async () => {
    harness = await startHarness({ permissions: { silence: ["S0OPERATORS"], acknowledge: ["U0NOBODY000"] } });
    channel = harness.workspace.channel("cmsweb-alerts").id;
    harness.workspace.putUserGroup({
      id: "S0OPERATORS",
      handle: "cmsweb-operators",
      users: [harness.workspace.user("blaise").id],
    });
    harness.world.groups.set("g-1a2b3c4d", sampleGroup());
    await harness.show(sampleGroup());
  });
  afterEach(() => harness.close());
  const press = (name: string, actionId: string, value?: string) =>
    harness.workspace.clickButton({
      user: harness.workspace.user(name).id,
      channel,
      ts: harness.seen(channel)[0]?.ts ?? "",
      actionId,
      ...(value === undefined ? {} : { value }),
    });

  test("a refusal says whom to ask, changes nothing and is audited", async () => {
    const ada = harness.workspace.user("ada").id;
    await press("ada", "group.silence", "1h|g-1a2b3c4d");
    const told = await harness.until(() => harness.seen(channel, ada).find(({ ephemeralFor }) => ephemeralFor === ada));
    expect(textOf(told)).toContain("Ask <!subteam^S0OPERATORS>");
    expect(harness.world.asked).toEqual([]);
    await harness.until(() => harness.seen(channel, ada).length > 1);
    expect((await harness.store.audit.recent(1))[0]).toMatchObject({
      action: "silence refused",
      actor: ada,
      via: "slack",
    });
  });

  test("members of the user group may", async () => {
    await press("blaise", "group.silence", "1h|g-1a2b3c4d");
    await harness.until(() => harness.world.asked.find(({ what, by }) => what === "silence" && by === "blaise"));
  });

  test("an action that nobody restricted is everybody's", async () => {
    await press("ada", "group.resolve");
    await harness.until(() => harness.world.asked.find(({ what }) => what === "resolve"));
  });

  test("when Slack does not say who is in the group nobody is let through", async () => {
    harness.workspace.fail({ method: "usergroups.users.list", times: 1, how: { kind: "broken" } });
    const blaise = harness.workspace.user("blaise").id;
    await press("blaise", "group.silence", "1h|g-1a2b3c4d");
    await harness.until(() => harness.seen(channel, blaise).find(({ ephemeralFor }) => ephemeralFor === blaise));
    expect(harness.world.asked).toEqual([]);
  });
});

describe("people", () => {
  let harness: Harness;
  let channel: string;
  let ada: string;
  beforeEach(async () => {
    harness = await startHarness();
    channel = harness.workspace.channel("cmsweb-alerts").id;
    ada = harness.workspace.user("ada").id;
  });
  afterEach(() => harness.close());

  test("a mention is answered in the thread, for everybody", async () => {
    await harness.workspace.say({ user: ada, channel, text: "<@U0CMSWATCH1> status dbs" });
    const answer = await harness.until(() => harness.seen(channel).find(({ threadTs }) => threadTs !== null));
    expect(textOf(answer)).toContain("FAILING");
  });

  test("App Home shows services, my open alerts and who is on call", async () => {
    harness.world.groups.set("g-1a2b3c4d", sampleGroup());
    await harness.store.oncall.saveDelivery({
      id: "d",
      groupId: "g-1a2b3c4d",
      person: "Ada",
      step: 0,
      sentAt: NOW,
      deliveredAt: NOW,
      seenAt: null,
      answeredAt: null,
    });
    await harness.workspace.openHome(ada);
    const home = await harness.until(() => harness.workspace.state().homes[0]);
    const text = JSON.stringify(home.view);
    expect(text).toContain("*dbs* failing");
    expect(text).toMatch(/My open alerts\*\\n•.*g-1a2b3c4d/);
    expect(text).toContain("cmsweb: *Ada*");
  });

  test("settings are changed in App Home and kept", async () => {
    await harness.workspace.openHome(ada);
    const { id } = await harness.until(() => harness.workspace.state().homes[0]);
    await harness.workspace.clickInView({ user: ada, viewId: id, actionId: "settings.quiet", value: "22-7" });
    await harness.until(() =>
      JSON.stringify(harness.workspace.state().homes[0]?.view).includes(
        '"initial_option":{"text":{"type":"plain_text","text":"22:00',
      ),
    );
    await harness.workspace.clickInView({ user: ada, viewId: id, actionId: "settings.pictures" });
    await harness.until(() => JSON.stringify(harness.workspace.state().homes[0]?.view).includes("Pictures: dark"));
    expect(await harness.store.states.get(`bot/settings/${ada}`)).toMatchObject({
      quietHours: "22-7",
      pictures: "dark",
    });
  });

  test("a status can be shown to everybody", async () => {
    await harness.workspace.runCommand({ user: ada, channel, text: "/anomaly status dbs" });
    const mine = await harness.until(() =>
      harness.seen(channel, ada).find((one) => textOf(one).includes("slack_file")),
    );
    await harness.workspace.clickButton({ user: ada, channel, ts: mine.ts, actionId: "status.share" });
    const shown = await harness.until(() => harness.seen(channel).find(({ ephemeralFor }) => ephemeralFor === null));
    expect(textOf(shown)).toContain("Asked by ada");
    expect(textOf(shown)).toContain("Line of cpu of dbs");
  });
});
