import { webApi } from "@slack/bolt";
import { groupMessage } from "./messages/group.ts";
import { helpMessage } from "./messages/help.ts";
import type { Payload } from "./messages/payload.ts";
import { platformCode } from "./outbox.ts";
import type { SlackSettings } from "./parts.ts";
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
  settings: Pick<SlackSettings, "botToken" | "apiUrl" | "channels">,
): Promise<readonly SlackFinding[]> {
  const client = new webApi.WebClient(settings.botToken, {
    timeout: TIMEOUT,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    ...(settings.apiUrl === undefined ? {} : { slackApiUrl: settings.apiUrl }),
  });
  const token = await checkToken(client);
  if (!token.some(({ ok }) => ok)) {
    return token;
  }
  const channels = await Promise.all(
    Object.entries(settings.channels).map(([purpose, id]) => checkChannel(client, purpose, id)),
  );
  const none = settings.channels["default"] === undefined ? [missingDefault()] : [];
  return [...token, ...none, ...channels, ...(await checkMessages(client))];
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
  webUrl: null,
};

function missingDefault(): SlackFinding {
  return { ok: false, what: "slack.channels.default", detail: "is not set: alerts have no channel to go to" };
}

function reasonOf(error: unknown): string {
  return platformCode(error) ?? (error instanceof Error ? error.message : String(error));
}
