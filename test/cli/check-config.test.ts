import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkSlackConfig } from "../../src/bot/setup/check.ts";
import { neededScopes } from "../../src/bot/setup/scopes.ts";
import { startEmulatedWorkspace, type Workspace } from "../../src/demo/slack/workspace.ts";
import { cmswatch } from "./run.ts";

describe("cmswatch check-config", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "cmswatch-check-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (text: string): string => {
    const path = join(folder, "cmswatch.yaml");
    writeFileSync(path, text);
    return path;
  };
  const check = (text: string, ...words: readonly string[]) =>
    cmswatch(["check-config", file(text), ...words], { checkSlack: checkSlackConfig });

  test("says what a right file would run", async () => {
    expect(await check("{}")).toMatchObject({ code: 0, out: expect.stringMatching(/: ok, \d+ services\n$/) });
  });

  test("hides secrets", async () => {
    const { out } = await check("slack: { botToken: xoxb-secret }", "--json");
    expect(out).toContain("(hidden)");
    expect(out).not.toContain("xoxb-secret");
  });

  test.each([
    ["is no schedule", "{ id: a, cron: 'every day', matchers: ['service=\"dbs\"'], owner: o, reason: r }"],
    ["it may last", "{ id: a, cron: '0 6 * * 2', for: 30d, matchers: ['service=\"dbs\"'], owner: o, reason: r }"],
    ["write matchers like", "{ id: a, cron: '0 6 * * 2', matchers: ['service dbs'], owner: o, reason: r }"],
  ])("a recurring silence that cannot be is named: %s", async (words, silence) => {
    const found = await check(`intelligence: { recurringSilences: [${silence}] }`);
    expect(found).toMatchObject({ code: 2, err: expect.stringContaining(words) });
  });

  test("a schedule that is wrong is named too", async () => {
    const found = await check(`oncall: ${join(folder, "missing.yaml")}`);
    expect(found).toMatchObject({ code: 2, err: expect.stringContaining("missing.yaml") });
  });

  test("events of a calendar that cannot be understood are named with their titles", async () => {
    const event = "BEGIN:VEVENT\nUID:1\nSUMMARY:ada\nDTSTART;TZID=Nowhere:20260302T090000\nDURATION:PT1H\nEND:VEVENT";
    writeFileSync(join(folder, "feed.ics"), `BEGIN:VCALENDAR\n${event}\nEND:VCALENDAR\n`);
    const roles = "roles: { primary: { calendar: { file: feed.ics } } }";
    const schedule = `people: [{ name: ada }]\nfallback: { person: ada }\nrosters: [{ name: all, default: true, ${roles} }]\n`;
    writeFileSync(join(folder, "oncall.yaml"), schedule);
    const found = await check(`oncall: ${join(folder, "oncall.yaml")}`);
    expect(found).toMatchObject({ code: 1, err: "" });
    expect(found.out).toContain('PROBLEM calendar of all: "ada" is not used: its time zone "Nowhere" is not known\n');
  });

  describe("--slack", () => {
    let workspace: Workspace;
    beforeAll(async () => {
      const scopes = neededScopes().filter((scope) => scope !== "im:write");
      workspace = await startEmulatedWorkspace({ port: 0, signingSecret: "x", scopes });
      workspace.putUserGroup({ id: "S0OPERATORS", handle: "operators", users: ["U1", "U2"] });
    });
    afterAll(() => workspace.close());
    const slack = (more: string) =>
      `slack: { botToken: ${workspace.botToken}, apiUrl: "${workspace.apiUrl}", signingSecret: s, ${more} }`;
    const alerts = () => workspace.channel("cmsweb-alerts").id;

    test("names the missing scope", async () => {
      const { code, out } = await check(slack(`channels: { default: ${alerts()} }`), "--slack");
      expect(code).toBe(1);
      expect(out).toContain("MISSING scope im:write: is missing: add it to the app");
      expect(out).toContain(`ok      slack.channels.default (${alerts()}): can be read and written`);
    });

    test("names the missing channel and user group", async () => {
      const wrong =
        "channels: { default: C0MISSING00 }, userGroups: { cmsweb: S0MISSING, cmsweb/secondary: S0OPERATORS }";
      const { code, out } = await check(slack(wrong), "--slack");
      expect(code).toBe(1);
      expect(out).toContain("MISSING slack.channels.default (C0MISSING00): channel_not_found");
      expect(out).toContain("MISSING slack.userGroups.cmsweb (S0MISSING): no_such_subteam");
      expect(out).toContain("ok      slack.userGroups.cmsweb/secondary (S0OPERATORS): has 2 members");
    });

    test("prints findings as JSON", async () => {
      const { out } = await check(slack(`appToken: ${workspace.appToken}`), "--slack", "--json");
      expect(JSON.parse(out)).toContainEqual({ ok: true, what: "slack.appToken", detail: "opens connections" });
    });

    test("without a token it says where one goes", async () => {
      const { code, out } = await check("{}", "--slack");
      expect(code).toBe(1);
      expect(out).toContain("MISSING slack.botToken: is not set");
    });
  });
});
