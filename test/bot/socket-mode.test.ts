import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Harness, startHarness, textOf } from "./harness.ts";
import { sampleGroup } from "./samples.ts";

describe("Socket Mode", () => {
  let harness: Harness;
  let channel: string;
  let ada: string;
  beforeAll(async () => {
    harness = await startHarness({ socketMode: true });
    await harness.until(() => harness.workspace.connectedApps() === 1);
    channel = harness.workspace.channel("cmsweb-alerts").id;
    ada = harness.workspace.user("ada").id;
    harness.world.groups.set("g-1a2b3c4d", sampleGroup());
  });
  afterAll(() => harness.close());

  test("has no address of its own", () => {
    expect(harness.botUrl).toBe("");
  });

  test("answers commands", async () => {
    await harness.workspace.runCommand({ user: ada, channel, text: "/anomaly status dbs" });
    await harness.until(() => harness.seen(channel, ada).find((one) => textOf(one).includes("FAILING")));
  });

  test("takes buttons, dialogues and events", async () => {
    await harness.show(sampleGroup());
    const ts = harness.seen(channel).find(({ attachments }) => attachments.length > 0)?.ts ?? "";
    await harness.workspace.clickButton({
      user: ada,
      channel,
      ts,
      actionId: "group.silence",
      value: "other|g-1a2b3c4d",
    });
    const { id } = await harness.until(() => harness.workspace.state().modals[0]);
    expect(await harness.workspace.submitView({ user: ada, viewId: id, input: { reason: "" } })).toEqual({
      reason: expect.any(String),
    });
    await harness.workspace.openHome(ada);
    await harness.until(() => harness.workspace.state().homes[0]);
  });
});

test("Slack away at the start: the bot connects when Slack is back", async () => {
  const harness = await startHarness({
    socketMode: true,
    faults: [{ method: "apps.connections.open", times: 1, how: { kind: "refused", error: "invalid_auth" } }],
  });
  await harness.until(() => harness.workspace.connectedApps() === 1);
  expect(harness.slept).toEqual([30_000]);
  await harness.close();
});
