import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Harness, startHarness, textOf } from "./harness.ts";
import { NOW, sampleGroup } from "./samples.ts";

describe("on call from Slack", () => {
  let harness: Harness;
  let channel: string;
  let ada: string;
  let blaise: string;
  beforeEach(async () => {
    harness = await startHarness();
    channel = harness.workspace.channel("cmsweb-operations").id;
    ada = harness.workspace.user("ada").id;
    blaise = harness.workspace.user("blaise").id;
  });
  afterEach(() => harness.close());

  const say = async (text: string) => {
    const before = harness.seen(channel, ada).length;
    await harness.workspace.runCommand({ user: ada, channel, text: `/anomaly oncall ${text}` });
    await harness.until(() => harness.seen(channel, ada).length > before);
    const message = harness.seen(channel, ada).at(-1);
    return { text: textOf(message), ts: message?.ts ?? "" };
  };
  const press = (user: string, ts: string, actionId: string, blockId?: string) =>
    harness.workspace.clickButton({ user, channel, ts, actionId, ...(blockId === undefined ? {} : { blockId }) });
  const overrides = () => harness.store.oncall.overrides(NOW, new Date(1e15));

  test("take: the rest of the shift is mine, and can be undone", async () => {
    const { text, ts } = await say("take cmsweb");
    expect(text).toContain("Ada is on call for cmsweb.");
    expect(await overrides()).toMatchObject([{ person: "Ada", by: "Ada", to: new Date("2026-03-09T08:00:00Z") }]);
    await press(ada, ts, "oncall.undo");
    await harness.until(() => textOf(harness.seen(channel, ada)[0]).includes("Taken back."));
    expect(await overrides()).toEqual([]);
  });

  test("override: for a while, by mention", async () => {
    await say(`override cmsweb <@${blaise}|blaise> 4h`);
    expect(await overrides()).toMatchObject([
      { person: "blaise", by: "Ada", to: new Date(NOW.getTime() + 4 * 3_600_000) },
    ]);
  });

  test("exceptions are listed, each with a button that takes it back", async () => {
    await say("take cmsweb 2h");
    const { text, ts } = await say("exceptions");
    expect(text).toContain("Exceptions of the schedule (1)");
    await press(ada, ts, "oncall.undo", "oncall.exception.0");
    await harness.until(() => harness.world.asked.find(({ what }) => what === "undo override"));
    expect((await say("exceptions")).text).toContain("none");
  });

  test("offer: my shift is asked for in the channel; the first who presses has it", async () => {
    await say("offer cmsweb");
    const [offer] = harness.seen(channel);
    expect(textOf(offer)).toContain("*ada* asks: who takes cmsweb until");
    await press(blaise, offer?.ts ?? "", "oncall.take");
    await harness.until(() => textOf(harness.seen(channel)[0]).includes("*blaise* takes cmsweb"));
    expect(await overrides()).toMatchObject([{ person: "blaise" }]);
  });

  test("an offer that two press at once is one person's", async () => {
    await say("offer cmsweb");
    const ts = harness.seen(channel)[0]?.ts ?? "";
    const grace = harness.workspace.user("grace").id;
    await Promise.all([press(blaise, ts, "oncall.take"), press(grace, ts, "oncall.take")]);
    const told = await harness.until(() =>
      [...harness.seen(channel, blaise), ...harness.seen(channel, grace)].find((one) =>
        textOf(one).includes("Somebody has taken it already"),
      ),
    );
    expect(told.ephemeralFor).not.toBeNull();
    await harness.until(() => harness.world.asked.some(({ what }) => what === "undo override"));
    expect(await overrides()).toHaveLength(1);
  });

  test.each([
    ["take", "Write it like"],
    ["offer", "Write it like"],
    ["override cmsweb", "Write it like"],
    ["take cmswbe", "did you mean *cmsweb*?"],
    ["take dbs", "dbs has no shift now: say for how long"],
    ["take cmsweb soon", "is not a duration"],
    ["tkae", "There is no service"],
  ])("%s is answered with what is right", async (words, expected) => {
    expect((await say(words)).text).toContain(expected);
    expect(await overrides()).toEqual([]);
  });

  describe("a page is seen", () => {
    const page = { id: "p", groupId: "g-1a2b3c4d", person: "Ada", step: 0, sentAt: NOW, deliveredAt: NOW };
    beforeEach(async () => {
      harness.world.groups.set("g-1a2b3c4d", sampleGroup());
      await harness.store.oncall.saveDelivery({ ...page, seenAt: null, answeredAt: null });
      await harness.store.oncall.saveDelivery({
        ...page,
        id: "p2",
        person: "Blaise",
        seenAt: null,
        answeredAt: null,
      });
    });
    const seen = async () =>
      (await harness.store.oncall.deliveries("g-1a2b3c4d")).map(({ person, seenAt }) => [person, seenAt !== null]);
    const whenSeen = async () => {
      const give = Date.now() + 10_000;
      while ((await seen())[0]?.[1] !== true && Date.now() < give) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      return seen();
    };

    test("when its person presses something on it", async () => {
      const alerts = harness.workspace.channel("cmsweb-alerts").id;
      await harness.show(sampleGroup());
      const ts = harness.seen(alerts)[0]?.ts ?? "";
      await harness.workspace.clickButton({ user: ada, channel: alerts, ts, actionId: "group.explain" });
      expect(await whenSeen()).toEqual([
        ["Ada", true],
        ["Blaise", false],
      ]);
    });

    test("when App Home shows it", async () => {
      await harness.workspace.openHome(ada);
      expect((await whenSeen())[0]).toEqual(["Ada", true]);
    });

    test("when its person asks about it", async () => {
      await harness.workspace.runCommand({ user: ada, channel, text: "/anomaly explain g-1a2b3c4d" });
      expect((await whenSeen())[0]).toEqual(["Ada", true]);
    });
  });
});
