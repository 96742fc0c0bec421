import type { AuthorizeResult, webApi } from "@slack/bolt";

/** Who the bot is; asked of Slack at the first need and then remembered, so that cmswatch starts while Slack is away. */
export interface Identity {
  get(): Promise<AuthorizeResult>;
}

export function createIdentity(client: webApi.WebClient, botToken: string): Identity {
  let known: Promise<AuthorizeResult> | null = null;
  const ask = async (): Promise<AuthorizeResult> => {
    const { bot_id: botId, user_id: botUserId, team_id: teamId } = await client.auth.test();
    return {
      botToken,
      ...(botId === undefined ? {} : { botId }),
      ...(botUserId === undefined ? {} : { botUserId }),
      ...(teamId === undefined ? {} : { teamId }),
    };
  };
  return {
    get() {
      known ??= ask().catch((error: unknown) => {
        known = null;
        throw error;
      });
      return known;
    },
  };
}
