import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Harness, startHarness, textOf } from "./harness.ts";
import { earlier, sampleGroup } from "./samples.ts";

describe("messages of routing", () => {
  let harness: Harness;
  let channel: string;
  beforeEach(async () => {
    harness = await startHarness();
    channel = harness.workspace.channel("cmsweb-alerts").id;
  });
  afterEach(() => harness.close());
  const ada = { name: "Ada", email: "ada@example.org" };
  const about = { key: "g/0", group: sampleGroup(), roster: "cmsweb", reason: "you are on call" };

  test("a page goes to the person, and the alert's thread tells it", async () => {
    await harness.show(sampleGroup());
    const page = { ...about, kind: "page", person: ada, step: 0, nobody: false } as const;
    await harness.bot.deliver(page);
    await harness.bot.deliver(page);
    const inThread = harness.seen(channel).filter(({ threadTs }) => threadTs !== null);
    expect(inThread.map(textOf)).toEqual([expect.stringContaining("Paged Ada: you are on call")]);
    const direct = harness.workspace.state().messages.filter(({ channel: one }) => one.startsWith("D"));
    expect(direct.map(textOf)).toEqual([expect.stringContaining("|in its channel>")]);
  });

  test("a page goes to the channel, with a mention, for those who want that", async () => {
    const id = harness.workspace.user("ada").id;
    await harness.store.states.put(`bot/settings/${id}`, { quietHours: null, pagesTo: "channel", digest: false });
    await harness.bot.deliver({ ...about, kind: "page", person: ada, step: 0, nobody: false });
    expect(textOf(harness.seen(channel)[0])).toContain(`:pager: <@${id}>`);
    expect(harness.workspace.state().messages).toHaveLength(1);
  });

  test("those who want quiet are known by their settings and their own time zone", async () => {
    const night = new Date("2026-03-02T23:00:00Z");
    const asked: string[] = [];
    const ask = () =>
      harness.bot.quietPeople(async () => {
        asked.push("who is on call");
        return [ada, { name: "Blaise", email: "blaise@example.org" }];
      }, night);
    expect(await ask()).toEqual(new Map());
    expect(asked).toEqual([]);
    const id = harness.workspace.user("ada").id;
    await harness.store.states.put(`bot/settings/${id}`, { quietHours: "22-7", pagesTo: "dm", digest: false });
    expect([...(await ask()).keys()]).toEqual(["Ada"]);
  });

  test("a page that reaches nobody is an error, so that routing tries again", async () => {
    await expect(
      harness.bot.deliver({ ...about, kind: "page", person: { name: "Nobody" }, step: 0, nobody: false }),
    ).rejects.toThrow("Nobody could not be paged");
  });

  test("the next step of an escalation is a new message to the same person", async () => {
    await harness.bot.deliver({ ...about, kind: "page", person: ada, step: 0, nobody: false });
    await harness.bot.deliver({ ...about, key: "g/1", kind: "page", person: ada, step: 1, nobody: false });
    expect(harness.workspace.state().messages.filter(({ channel: one }) => one.startsWith("D"))).toHaveLength(2);
  });

  test.each([
    [
      "nobody",
      { person: ada, channel: null },
      "<!here> :rotating_light: NOBODY IS ON CALL for cmsweb; Ada is paged instead",
    ],
    ["unanswered", { channel: null }, "<!here> :rotating_light: NOBODY ANSWERED for cmsweb"],
    ["held", { person: ada, channel: null, until: earlier(-3_600_000) }, ":bell: Ada is told at"],
  ] as const)("%s is told to the channel once", async (kind, rest, words) => {
    const message = { ...about, kind, ...rest } as Parameters<Harness["bot"]["deliver"]>[0];
    await harness.bot.deliver(message);
    const { bot } = await harness.replica();
    await bot.deliver(message);
    expect(harness.seen(channel)).toHaveLength(1);
    expect(textOf(harness.seen(channel)[0])).toContain(words);
  });

  test("a step for a channel goes to that channel", async () => {
    const dbs = harness.workspace.channel("dbs").id;
    await harness.bot.deliver({ ...about, kind: "channel", channel: dbs, step: 2 });
    expect(textOf(harness.seen(dbs)[0])).toContain("This needs somebody here");
  });
});
