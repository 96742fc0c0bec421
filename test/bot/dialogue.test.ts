import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Harness, startHarness, textOf } from "./harness.ts";
import { sampleGroup } from "./samples.ts";

describe("the silence dialogue", () => {
  let harness: Harness;
  let channel: string;
  let ada: string;
  beforeEach(async () => {
    harness = await startHarness();
    channel = harness.workspace.channel("cmsweb-alerts").id;
    ada = harness.workspace.user("ada").id;
    harness.world.groups.set("g-1a2b3c4d", sampleGroup());
    await harness.show(sampleGroup());
    const ts = harness.seen(channel)[0]?.ts ?? "";
    await harness.workspace.clickButton({
      user: ada,
      channel,
      ts,
      actionId: "group.silence",
      value: "other|g-1a2b3c4d",
    });
  });
  afterEach(() => harness.close());

  const modal = () => harness.workspace.state().modals[0];
  const shows = (words: string) =>
    harness.until(() => (JSON.stringify(modal()?.view ?? "").includes(words) ? modal() : undefined));

  test("says what it would hide now and would have hidden in the last week", async () => {
    const view = await shows("It hides *2 alerts now* and would have hidden *7 in the last 7 days*");
    expect(JSON.stringify(view.view)).toContain('alertname=\\"CMSWEBAnomaly\\"');
    expect(JSON.stringify(view.view)).toContain("Owner: ada");
  });

  test("counts again and warns when its labels become broad", async () => {
    const { id } = await shows("It hides");
    const input = { matchers: 'service="dbs"' };
    await harness.workspace.clickInView({
      user: ada,
      viewId: id,
      actionId: "silence.preview",
      value: input.matchers,
      input,
    });
    await shows("It hides a whole service.");
  });

  test("shows mistakes beside their field and stays open", async () => {
    const { id } = await shows("It hides");
    const submit = (input: Record<string, string>) => harness.workspace.submitView({ user: ada, viewId: id, input });
    expect(await submit({ reason: "" })).toEqual({ reason: "Say why: others will see it." });
    expect(await submit({ reason: "x", matchers: "service" })).toEqual({
      matchers: expect.stringContaining("is not a matcher"),
    });
    expect(await submit({ reason: "x", matchers: "\n" })).toEqual({
      matchers: "Without a label it would hide everything.",
    });
    expect(modal()).toBeDefined();
  });

  test("makes the silence, closes, and posts what was done", async () => {
    const { id } = await shows("It hides");
    expect(
      await harness.workspace.submitView({ user: ada, viewId: id, input: { reason: "deploying 3.4", duration: "4h" } }),
    ).toBeNull();
    expect(modal()).toBeUndefined();
    await harness.until(() =>
      harness.seen(channel).find((one) => one.threadTs !== null && textOf(one).includes("deploying 3.4")),
    );
    await harness.until(() =>
      harness.seen(channel, ada).find((one) => one.ephemeralFor === ada && textOf(one).includes("can be undone")),
    );
    expect(harness.world.asked.at(-1)).toMatchObject({
      what: "silence",
      by: "ada",
      about: expect.stringContaining("14400000 deploying 3.4"),
    });
  });
});

test("whoever is not in the channel is told by direct message, with a link to the alert", async () => {
  const harness = await startHarness();
  const channel = harness.workspace.channel("cmsweb-alerts").id;
  const user = harness.workspace.user("ada").id;
  harness.world.groups.set("g-1a2b3c4d", sampleGroup());
  await harness.show(sampleGroup());
  const ts = harness.seen(channel)[0]?.ts ?? "";
  await harness.workspace.clickButton({ user, channel, ts, actionId: "group.silence", value: "other|g-1a2b3c4d" });
  const modal = await harness.until(() => harness.workspace.state().modals[0]);
  const how = { kind: "refused", error: "user_not_in_channel" } as const;
  harness.workspace.fail({ method: "chat.postEphemeral", times: 1, how });
  await harness.workspace.submitView({ user, viewId: modal.id, input: { reason: "deploying", duration: "1h" } });
  const told = await harness.until(() =>
    harness.workspace.state().messages.find(({ channel: one }) => one.startsWith("D")),
  );
  expect(textOf(told)).toContain(`/archives/${channel}/p${ts.replace(".", "")}|this message>`);
  await harness.close();
});

test("End silence gives the alert its colour back", async () => {
  const harness = await startHarness();
  const channel = harness.workspace.channel("cmsweb-alerts").id;
  const user = harness.workspace.user("ada").id;
  harness.world.groups.set("g-1a2b3c4d", sampleGroup());
  await harness.show(sampleGroup());
  const press = (actionId: string, value?: string) =>
    harness.workspace.clickButton({
      user,
      channel,
      ts: harness.seen(channel)[0]?.ts ?? "",
      actionId,
      ...(value === undefined ? {} : { value }),
    });
  await press("group.silence", "30m|g-1a2b3c4d");
  await harness.until(() => textOf(harness.seen(channel)[0]).includes("group.unsilence"));
  await press("group.unsilence");
  await harness.until(() => harness.seen(channel)[0]?.attachments[0]?.["color"] === "#d6293e");
  await harness.close();
});
