import { readdirSync, readFileSync } from "node:fs";
import { fastify } from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { slackPage } from "../../../src/demo/slack/page.ts";
import { type Harness, startHarness } from "../../bot/harness.ts";

describe("the page of the emulated workspace", () => {
  let harness: Harness;
  const server = fastify();
  beforeAll(async () => {
    harness = await startHarness();
    await server.register(slackPage(harness.workspace), { prefix: "/slack" });
  });
  afterAll(async () => {
    await server.close();
    await harness.close();
  });

  test("is served with its own files only, whatever the slash at the end", async () => {
    expect((await server.inject("/slack")).headers.location).toBe("/slack/");
    const page = await server.inject("/slack/");
    expect(page.statusCode).toBe(200);
    expect(page.headers["content-security-policy"]).toContain("default-src 'none'");
    for (const [, file] of page.body.matchAll(/(?:src|href)="([\w.-]+\.(?:js|css))"/g)) {
      expect((await server.inject(`/slack/${file}`)).statusCode).toBe(200);
    }
    expect(page.body).not.toMatch(/https?:\/\//);
  });

  test("draws every sign that the bot uses", () => {
    const icons = readFileSync(new URL("../../../src/demo/slack/page/icons.js", import.meta.url), "utf8");
    const folder = new URL("../../../src/bot/", import.meta.url);
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
    const used = files.flatMap((name) =>
      [...readFileSync(new URL(name, folder), "utf8").matchAll(/[\s"`(]:([a-z_]+):[\s"`]/g)].map(
        ([, sign]) => sign ?? "",
      ),
    );
    expect(used.length).toBeGreaterThan(10);
    expect([...new Set(used)].filter((sign) => !new RegExp(`^ {2}${sign}:`, "m").test(icons))).toEqual([]);
  });

  test("runs a command as the chosen person", async () => {
    const user = harness.workspace.user("grace").id;
    const channel = harness.workspace.channel("dbs").id;
    const answer = await server.inject({
      method: "POST",
      url: "/slack/command",
      payload: { user, channel, text: "/anomaly help" },
    });
    expect(answer.json()).toMatchObject({ ok: true });
    await harness.until(() => harness.seen(channel, user).at(-1));
    const state = (await server.inject("/slack/state")).json();
    expect(state.messages.at(-1).ephemeralFor).toBe(user);
  });

  test("refuses a body that is not what it should be", async () => {
    expect(
      (await server.inject({ method: "POST", url: "/slack/command", payload: { text: 5 } })).statusCode,
    ).toBeGreaterThanOrEqual(400);
  });

  test("says when the app does not answer", async () => {
    harness.workspace.connectBot("http://127.0.0.1:9");
    const user = harness.workspace.user("ada").id;
    const channel = harness.workspace.channel("dbs").id;
    const answer = await server.inject({
      method: "POST",
      url: "/slack/command",
      payload: { user, channel, text: "/anomaly help" },
    });
    expect(answer.json().error).toContain("the app did not answer");
    harness.workspace.connectBot(harness.botUrl);
  });
});
