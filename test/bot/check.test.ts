import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkSlack } from "../../src/bot/setup/check.ts";
import { startEmulatedWorkspace, type Workspace } from "../../src/demo/slack/workspace.ts";

describe("the check of a Slack set-up", () => {
  let workspace: Workspace;
  beforeAll(async () => {
    workspace = await startEmulatedWorkspace({ port: 0, signingSecret: "x" });
  });
  afterAll(() => workspace.close());
  const check = (botToken: string, channels: Record<string, string>) =>
    checkSlack({ botToken, apiUrl: workspace.apiUrl, channels });

  test("finds nothing wrong where all is right, and changes nothing", async () => {
    const found = await check(workspace.botToken, { default: workspace.channel("cmsweb-alerts").id });
    expect(found.filter(({ ok }) => !ok)).toEqual([]);
    expect(found.map(({ what }) => what)).toContain('message "alert"');
    expect(workspace.state().messages).toEqual([]);
  });

  test("names a wrong token and stops there", async () => {
    expect(await check("xoxb-wrong", { default: "C1" })).toEqual([
      { ok: false, what: "slack.botToken", detail: expect.stringContaining("invalid_auth") },
    ]);
  });

  test("names the channel that is not there, and the missing default", async () => {
    const found = await check(workspace.botToken, { dbs: "C0MISSING00" });
    expect(found.filter(({ ok }) => !ok).map(({ what }) => what)).toEqual([
      "slack.channels.default",
      "slack.channels.dbs (C0MISSING00)",
    ]);
  });
});
