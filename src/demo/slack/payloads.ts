import type { Json, WorkspaceChannel, WorkspaceMessage, WorkspaceUser, WorkspaceView } from "./types.ts";

/** Shapes of what Slack sends to an app. Source: the samples in Slack's reference of slash commands, block_actions, view_submission and the Events API. */

const TEAM = "T000000001";
const APP = "A0CMSWATCH1";

export interface Origin {
  readonly user: WorkspaceUser;
  readonly channel: WorkspaceChannel | null;
  readonly triggerId: string;
  readonly responseUrl: string;
}

/** The form of a slash command. */
export function slashCommand(command: string, text: string, { user, channel, triggerId, responseUrl }: Origin): string {
  return new URLSearchParams({
    token: "verification-token",
    team_id: TEAM,
    team_domain: "cms",
    channel_id: channel?.id ?? "",
    channel_name: channel?.kind === "dm" ? "directmessage" : (channel?.name ?? ""),
    user_id: user.id,
    user_name: user.name,
    command,
    text,
    api_app_id: APP,
    is_enterprise_install: "false",
    response_url: responseUrl,
    trigger_id: triggerId,
  }).toString();
}

/** A press or a choice; `where` is the message or the view it happened in. */
export function blockActions(
  origin: Origin,
  action: Json,
  where: { message: WorkspaceMessage } | { view: WorkspaceView; state: Json },
): Json {
  const common = {
    type: "block_actions",
    user: { id: origin.user.id, username: origin.user.name, name: origin.user.name, team_id: TEAM },
    api_app_id: APP,
    token: "verification-token",
    trigger_id: origin.triggerId,
    team: { id: TEAM, domain: "cms" },
    enterprise: null,
    is_enterprise_install: false,
    actions: [action],
  };
  if ("view" in where) {
    const view = viewPayload(where.view, where.state);
    return { ...common, container: { type: "view", view_id: where.view.id }, view, response_urls: [] };
  }
  const { message } = where;
  return {
    ...common,
    container: {
      type: "message",
      message_ts: message.ts,
      channel_id: message.channel,
      is_ephemeral: message.ephemeralFor !== null,
    },
    channel: {
      id: message.channel,
      name: origin.channel?.kind === "dm" ? "directmessage" : (origin.channel?.name ?? ""),
    },
    ...(message.ephemeralFor === null
      ? {
          message: {
            type: "message",
            user: message.user,
            ts: message.ts,
            text: message.text,
            blocks: message.blocks,
            attachments: message.attachments,
          },
        }
      : {}),
    state: { values: {} },
    response_url: origin.responseUrl,
  };
}

export function viewSubmission(origin: Origin, view: WorkspaceView, state: Json): Json {
  return {
    type: "view_submission",
    team: { id: TEAM, domain: "cms" },
    user: { id: origin.user.id, username: origin.user.name, name: origin.user.name, team_id: TEAM },
    api_app_id: APP,
    token: "verification-token",
    trigger_id: origin.triggerId,
    view: viewPayload(view, state),
    response_urls: [],
    is_enterprise_install: false,
    enterprise: null,
  };
}

function viewPayload(view: WorkspaceView, state: Json): Json {
  return {
    ...view.view,
    id: view.id,
    hash: view.hash,
    team_id: TEAM,
    app_id: APP,
    state: { values: state },
    root_view_id: view.id,
    previous_view_id: null,
  };
}

/** An event of the Events API in its envelope. */
export function eventEnvelope(eventId: string, event: Json, botUser: string, now: Date): Json {
  return {
    token: "verification-token",
    team_id: TEAM,
    api_app_id: APP,
    event,
    type: "event_callback",
    event_id: eventId,
    event_time: Math.floor(now.getTime() / 1000),
    authorizations: [
      { enterprise_id: null, team_id: TEAM, user_id: botUser, is_bot: true, is_enterprise_install: false },
    ],
    is_ext_shared_channel: false,
  };
}
