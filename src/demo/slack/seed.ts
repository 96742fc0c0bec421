import { createEmulator } from "emulate";
import type { Json, WorkspaceChannel, WorkspaceUser } from "./types.ts";

/** Who and what is in a new workspace. */
export interface WorkspaceSeed {
  readonly people: readonly { readonly name: string; readonly realName: string; readonly email: string }[];
  readonly channels: readonly { readonly name: string; readonly topic: string }[];
}

export const BOT_TOKEN = "xoxb-emulated-workspace";
export const APP_TOKEN = "xapp-emulated-workspace";
export const BOT_USER = "U0CMSWATCH1";
const APP = { app_id: "A0CMSWATCH1", bot_id: "B0CMSWATCH1", bot_user_id: BOT_USER };

/** The demo's workspace: made-up people in the roles of CMSWEB's operators. */
export const DEMO_SEED: WorkspaceSeed = {
  people: [
    { name: "ada", realName: "Ada (on call)", email: "ada@example.org" },
    { name: "blaise", realName: "Blaise (secondary)", email: "blaise@example.org" },
    { name: "grace", realName: "Grace (DBS developer)", email: "grace@example.org" },
    { name: "niels", realName: "Niels (shift leader)", email: "niels@example.org" },
  ],
  channels: [
    { name: "cmsweb-alerts", topic: "Alerts of CMSWEB, by cmswatch" },
    { name: "cmsweb-operations", topic: "Daily work on CMSWEB" },
    { name: "dbs", topic: "Dataset bookkeeping" },
  ],
};

/** Scope by which the workspace itself lists which channels are in it. */
const OWN_SCOPES = ["channels:read", "users:read", "channels:join"];

export interface SeededSlack {
  /** Address where the emulator itself listens. */
  readonly url: string;
  readonly users: readonly WorkspaceUser[];
  readonly channels: readonly WorkspaceChannel[];
  call(method: string, args: Json): Promise<Json>;
  close(): Promise<void>;
}

/** Starts the emulated Web API with people, channels and the bot in it. @param granted scopes of the bot's token */
export async function startSeededSlack(seed: WorkspaceSeed, granted: readonly string[]): Promise<SeededSlack> {
  const scopes = [...new Set([...granted, ...OWN_SCOPES])];
  const emulator = await createEmulator({
    service: "slack",
    port: 0,
    seed: {
      slack: {
        team: { name: "CMS", domain: "cms" },
        users: seed.people.map(({ name, realName, email }) => ({ name, real_name: realName, email })),
        channels: seed.channels,
        oauth_apps: [
          {
            ...APP,
            client_id: "cmswatch",
            client_secret: "none",
            name: "cmswatch",
            redirect_uris: [],
            bot_name: "cmswatch",
            scopes,
          },
        ],
        tokens: [{ token: BOT_TOKEN, type: "bot", user_id: BOT_USER, scopes, ...APP }],
        strict_scopes: true,
      },
    },
  });
  const call = async (method: string, args: Json): Promise<Json> => {
    const answer = await fetch(`${emulator.url}/api/${method}`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${BOT_TOKEN}` },
      body: JSON.stringify(args),
    });
    return (await answer.json()) as Json;
  };
  const { members } = (await call("users.list", {})) as { members: Json[] };
  const { channels } = (await call("conversations.list", { limit: 1000 })) as { channels: Json[] };
  const wanted = new Set(seed.channels.map(({ name }) => name));
  return {
    url: emulator.url,
    users: members.filter(({ name }) => name !== "admin").map(userOf),
    channels: channels.filter(({ name }) => wanted.has(String(name))).map(channelOf),
    call,
    close: () => emulator.close(),
  };
}

function userOf(member: Json): WorkspaceUser {
  const profile = (member["profile"] ?? {}) as Json;
  return {
    id: String(member["id"]),
    name: String(member["name"]),
    realName: String(member["real_name"]),
    email: String(profile["email"] ?? member["email"] ?? ""),
    isBot: member["is_bot"] === true,
  };
}

function channelOf(channel: Json): WorkspaceChannel {
  const topic = channel["topic"] as Json | undefined;
  return {
    id: String(channel["id"]),
    name: String(channel["name"]),
    kind: "channel",
    user: null,
    topic: String(topic?.["value"] ?? ""),
  };
}
