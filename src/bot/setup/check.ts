import { webApi } from "@slack/bolt";
import type { Config } from "../../config/schema.ts";
import { platformCode } from "../delivery/outbox.ts";
import { groupMessage } from "../messages/group.ts";
import { helpMessage } from "../messages/help.ts";
import type { Payload } from "../messages/payload.ts";
import type { SlackSettings } from "../parts.ts";
import { neededScopes } from "./scopes.ts";

/** One line of the check of a Slack set-up. */
export interface SlackFinding {
  readonly ok: boolean;
  /** What was looked at: the token, a scope, a channel, a kind of message. */
  readonly what: string;
  readonly detail: string;
}

const TIMEOUT = 10_000;

/**
 * Asks Slack whether the token, its scopes and the configured channels are as the bot needs them, and lets Slack check one
 * message of each kind where it offers that. Changes nothing. Every fault is one finding that says what to do.
 */
export async function checkSlack(
  settings: Pick<SlackSettings, "botToken" | "appToken" | "apiUrl" | "channels"> &
    Partial<Pick<SlackSettings, "permissions" | "userGroups">>,
): Promise<readonly SlackFinding[]> {
  const client = clientOf(settings.botToken, settings);
  const token = await checkToken(client);
  if (!token.some(({ ok }) => ok)) {
    return token;
  }
  const channels = await Promise.all(
    Object.entries(settings.channels).map(([purpose, id]) => checkChannel(client, purpose, id)),
  );
  const none = settings.channels["default"] === undefined ? [missingDefault()] : [];
  const groups = await Promise.all(groupsOf(settings).map(([where, id]) => checkUserGroup(client, where, id)));
  const socket = settings.appToken === undefined ? [] : [await checkAppToken(clientOf(settings.appToken, settings))];
  return [...token, ...socket, ...none, ...channels, ...groups, ...(await checkMessages(client))];
}

function clientOf(token: string, { apiUrl }: Pick<SlackSettings, "apiUrl">): webApi.WebClient {
  return new webApi.WebClient(token, {
    timeout: TIMEOUT,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    fetch: (url, init) => fetch(url, { signal: AbortSignal.timeout(TIMEOUT), ...init }),
    ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
  });
}

/** Every user group that the configuration names, with the first place that does. */
function groupsOf({
  permissions = {},
  userGroups = {},
}: Partial<Pick<SlackSettings, "permissions" | "userGroups">>): readonly (readonly [string, string])[] {
  const named = [
    ...Object.entries(userGroups).map(([role, id]) => [`slack.userGroups.${role}`, id] as const),
    ...Object.entries(permissions).flatMap(([action, ids]) =>
      ids.filter((id) => id.startsWith("S")).map((id) => [`slack.permissions.${action}`, id] as const),
    ),
  ];
  return named.filter(([, id], index) => named.findIndex(([, other]) => other === id) === index);
}

async function checkUserGroup(client: webApi.WebClient, where: string, usergroup: string): Promise<SlackFinding> {
  const what = `${where} (${usergroup})`;
  try {
    const { users = [] } = await client.usergroups.users.list({ usergroup });
    return { ok: true, what, detail: `has ${users.length} ${users.length === 1 ? "member" : "members"}` };
  } catch (error) {
    return { ok: false, what, detail: `${reasonOf(error)}: take the id of a user group (S…) from its page in Slack` };
  }
}

async function checkAppToken(client: webApi.WebClient): Promise<SlackFinding> {
  try {
    await client.apps.connections.open({});
    return { ok: true, what: "slack.appToken", detail: "opens connections" };
  } catch (error) {
    const detail = `${reasonOf(error)}: make an app-level token with the scope connections:write, on the page "Basic Information"`;
    return { ok: false, what: "slack.appToken", detail };
  }
}

async function checkToken(client: webApi.WebClient): Promise<readonly SlackFinding[]> {
  try {
    const { user, team, response_metadata: metadata } = await client.auth.test();
    const granted = metadata?.scopes;
    const signedIn = { ok: true, what: "slack.botToken", detail: `is ${user} of ${team}` };
    // Slack names a token's scopes in a header; proxies and emulators may not.
    const missing =
      granted === undefined || granted.length === 0 ? [] : neededScopes().filter((scope) => !granted.includes(scope));
    return [
      signedIn,
      ...missing.map((scope) => ({
        ok: false,
        what: `scope ${scope}`,
        detail: "is missing: add it to the app (deploy/slack-app-manifest.yaml has all of them) and install it again",
      })),
    ];
  } catch (error) {
    return [
      {
        ok: false,
        what: "slack.botToken",
        detail: `${reasonOf(error)}: take the Bot User OAuth Token from the app's page "OAuth & Permissions"`,
      },
    ];
  }
}

async function checkChannel(client: webApi.WebClient, purpose: string, channel: string): Promise<SlackFinding> {
  const what = `slack.channels.${purpose} (${channel})`;
  try {
    await client.conversations.history({ channel, limit: 1 });
    return { ok: true, what, detail: "can be read and written" };
  } catch (error) {
    const hint = {
      channel_not_found:
        "there is no such channel, or it is private: take its id from the channel's details and invite the bot",
      not_in_channel: "invite the bot: /invite @cmswatch",
    };
    const code = platformCode(error) ?? "";
    return { ok: false, what, detail: `${reasonOf(error)}: ${hint[code as keyof typeof hint] ?? "see docs/slack.md"}` };
  }
}

async function checkMessages(client: webApi.WebClient): Promise<readonly SlackFinding[]> {
  const kinds: Readonly<Record<string, Payload>> = { help: helpMessage(), alert: groupMessage(EXAMPLE) };
  return Promise.all(
    Object.entries(kinds).map(async ([kind, { blocks, attachments = [] }]) => {
      const what = `message "${kind}"`;
      try {
        await client.apiCall("blocks.validate", { blocks: [...blocks, ...attachments.flatMap((one) => one.blocks)] });
        return { ok: true, what, detail: "is as Slack wants it" };
      } catch (error) {
        const unknown = ["unknown_method", "method_not_supported_for_channel_type"].includes(platformCode(error) ?? "");
        return {
          ok: unknown,
          what,
          detail: unknown ? "was not checked: this Slack has no blocks.validate" : reasonOf(error),
        };
      }
    }),
  );
}

const EXAMPLE: Parameters<typeof groupMessage>[0] = {
  group: {
    id: "example",
    title: "an example",
    service: null,
    severity: "info",
    state: "firing",
    startsAt: new Date(0),
    endsAt: null,
    alerts: [],
    rootFingerprint: null,
    runbook: null,
    solutions: [],
    owners: [],
    reasons: [],
  },
  acknowledgement: null,
  silences: [],
  pageReason: null,
  permalink: null,
  webUrl: null,
};

function missingDefault(): SlackFinding {
  return { ok: false, what: "slack.channels.default", detail: "is not set: alerts have no channel to go to" };
}

/** Slack's own code, with the scope it misses where it says so. */
function reasonOf(error: unknown): string {
  const code = platformCode(error);
  const { needed } = (error instanceof webApi.WebAPIPlatformError ? error.data : {}) as { readonly needed?: unknown };
  if (code === "missing_scope" && typeof needed === "string") {
    return `${code} ${needed}`;
  }
  return code ?? (error instanceof Error ? error.message : String(error));
}

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
