import type { Config } from "../../config/schema.ts";
import { checkSlack, type SlackFinding } from "./check.ts";

/** Checks the `slack` section against Slack itself; changes nothing there. */
export async function checkSlackConfig(config: Config["slack"]): Promise<readonly SlackFinding[]> {
  const { botToken, appToken, signingSecret, apiUrl, channels, permissions, userGroups } = config;
  if (botToken === undefined) {
    return [{ ok: false, what: "slack.botToken", detail: "is not set: set it, or slack.botTokenFile (docs/slack.md)" }];
  }
  const way = appToken === undefined && signingSecret === undefined ? [NO_WAY] : [];
  const found = await checkSlack({
    botToken,
    channels,
    permissions,
    userGroups,
    ...(appToken === undefined ? {} : { appToken }),
    ...(apiUrl === undefined ? {} : { apiUrl }),
  });
  return [...way, ...found];
}

const NO_WAY: SlackFinding = {
  ok: false,
  what: "slack.appToken",
  detail: "is not set, nor slack.signingSecret: set the first for Socket Mode, or the second for HTTP",
};
