import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import { neededScopes } from "../../bot/setup/scopes.ts";
import { type BotCaller, createBotCaller } from "./bot-caller.ts";
import { createFaults, type Fault } from "./faults.ts";
import { type ApiCall, createGate } from "./gate.ts";
import { createInteractions, type Interactions } from "./interactions.ts";
import { createMirror, type Mirror, type StoredFile } from "./mirror.ts";
import { record } from "./recorder.ts";
import { createResponseUrls } from "./response-urls.ts";
import { APP_TOKEN, BOT_TOKEN, BOT_USER, DEMO_SEED, startSeededSlack, type WorkspaceSeed } from "./seed.ts";
import { createSocketMode } from "./socket-mode.ts";
import type { Json, WorkspaceChannel, WorkspaceEvent, WorkspaceState, WorkspaceUser } from "./types.ts";

export interface WorkspaceOptions {
  /** Port of the Web API on the loopback; 0 takes any free one. */
  readonly port: number;
  readonly signingSecret: string;
  /** Where the bot takes requests; may be told later by `connectBot`. */
  readonly botUrl?: string;
  readonly seed?: WorkspaceSeed;
  /** What the bot's token may do; all that the bot needs when left out. */
  readonly scopes?: readonly string[];
  readonly clock?: () => Date;
}

/** A Slack workspace on this machine: its Web API for the bot, and what people do in it. */
export interface Workspace extends Interactions {
  /** Base address of the Web API, ends with `/api/`. */
  readonly apiUrl: string;
  readonly botToken: string;
  /** For Socket Mode. While an app is connected so, requests go there and not to the bot's address. */
  readonly appToken: string;
  readonly users: readonly WorkspaceUser[];
  readonly channels: readonly WorkspaceChannel[];
  user(name: string): WorkspaceUser;
  channel(name: string): WorkspaceChannel;
  state(): WorkspaceState;
  /** Calls that succeeded, oldest first, at most 5,000. */
  readonly calls: readonly ApiCall[];
  /** Tells of every change. @returns ends it */
  subscribe(listener: (event: WorkspaceEvent) => void): () => void;
  file(id: string): StoredFile | undefined;
  connectBot(url: string): void;
  /** Connections in Socket Mode. */
  connectedApps(): number;
  /** Makes the Web API fail for a while. */
  fail(fault: Fault): void;
  close(): Promise<void>;
}

/** Starts the workspace on the loopback. */
export async function startEmulatedWorkspace(options: WorkspaceOptions): Promise<Workspace> {
  const clock = options.clock ?? (() => new Date());
  let botUrl = options.botUrl ?? null;
  let upstream = "";
  let mirror: Mirror = createMirror("CMS", BOT_USER, []);
  const faults = createFaults();
  const scopes = options.scopes ?? neededScopes();
  const triggers = new Map<string, string>();
  const nextTs = timestamps(clock);
  let base = "";
  const responseUrls = createResponseUrls(
    () => base,
    () => mirror,
    clock,
    nextTs,
  );
  const gate = createGate({
    faults,
    upstream: () => upstream,
    publicUrl: () => base,
    tokens: [BOT_TOKEN, APP_TOKEN],
    scopes,
    own: {
      ...ownMethods(() => mirror),
      "apps.connections.open": () => ({ ok: true, url: sockets.url() }),
    },
    onCall: (call) => record(call, mirror, (trigger) => triggers.get(trigger) ?? ""),
    onUpload: (id, bytes) => mirror.putFile(id, { name: `${id}.png`, bytes }),
    onResponse: (id, message) => responseUrls.answer(id, message),
  });
  const sockets = createSocketMode(gate.server, () => base);
  await new Promise<void>((resolve, reject) => {
    gate.server.once("error", reject).listen(options.port, "127.0.0.1", resolve);
  });
  base = `http://127.0.0.1:${(gate.server.address() as AddressInfo).port}`;
  const slack = await startSeededSlack(options.seed ?? DEMO_SEED, scopes);
  upstream = slack.url;
  mirror = createMirror("CMS", BOT_USER, slack.users);
  for (const channel of slack.channels) {
    mirror.putChannel(channel);
    await slack.call("conversations.join", { channel: channel.id });
  }
  const http = createBotCaller(() => botUrl ?? failing(), options.signingSecret, clock);
  // Slack too sends to whoever is connected, and to the request address otherwise.
  const now = (): BotCaller => (sockets.connections() > 0 ? sockets.caller : http);
  const caller: BotCaller = {
    form: (body) => now().form(body),
    interaction: (payload) => now().interaction(payload),
    event: (envelope) => now().event(envelope),
  };
  const makeTrigger = async (user: string, view?: string) => {
    const answer = await slack.call("views.generateTriggerId", {
      user_id: user,
      ...(view === undefined ? {} : { view_id: view }),
    });
    const id = String(answer["trigger_id"]);
    remember(triggers, id, user);
    return id;
  };
  return {
    ...createInteractions({
      mirror,
      caller,
      responseUrls,
      makeTrigger,
      clock,
      nextTs,
      newId: () => randomUUID().replaceAll("-", "").slice(0, 11).toUpperCase(),
    }),
    apiUrl: `${base}/api/`,
    botToken: BOT_TOKEN,
    appToken: APP_TOKEN,
    users: slack.users,
    channels: slack.channels,
    user: (name) => named(slack.users, name),
    channel: (name) => named(slack.channels, name),
    state: () => mirror.state(),
    calls: gate.calls,
    subscribe: (listener) => mirror.subscribe(listener),
    file: (id) => mirror.file(id),
    connectedApps: () => sockets.connections(),
    connectBot(url) {
      botUrl = url;
    },
    fail: (fault) => faults.add(fault),
    async close() {
      sockets.close();
      gate.server.closeAllConnections();
      await new Promise((resolve) => gate.server.close(resolve));
      await slack.close();
    },
  };
}

const MAX_TRIGGERS = 200;

function remember(triggers: Map<string, string>, id: string, user: string): void {
  triggers.set(id, user);
  for (const oldest of triggers.keys()) {
    if (triggers.size <= MAX_TRIGGERS) {
      break;
    }
    triggers.delete(oldest);
  }
}

function named<T extends { readonly name: string }>(all: readonly T[], name: string): T {
  const found = all.find((one) => one.name === name);
  if (found === undefined) {
    throw new Error(`the workspace has no ${name}: it has ${all.map((one) => one.name).join(", ")}`);
  }
  return found;
}

function failing(): never {
  throw new Error("the workspace knows no bot yet: call connectBot first");
}

/** Slack's timestamps: seconds with six decimals, rising strictly. */
function timestamps(clock: () => Date): () => string {
  let last = 0;
  return () => {
    last = Math.max(last + 1, clock().getTime() * 1000);
    return (last / 1e6).toFixed(6);
  };
}

/** Methods that the emulator lacks: user groups and a check of blocks. */
function ownMethods(mirror: () => Mirror): Readonly<Record<string, (request: Json) => Json>> {
  const groupOf = (request: Json) =>
    mirror()
      .state()
      .groups.find(({ id }) => id === request["usergroup"]);
  return {
    "usergroups.users.list": (request) => {
      const group = groupOf(request);
      return group === undefined ? { ok: false, error: "no_such_subteam" } : { ok: true, users: group.users };
    },
    "usergroups.users.update": (request) => {
      const group = groupOf(request);
      if (group === undefined) {
        return { ok: false, error: "no_such_subteam" };
      }
      mirror().putGroup({ ...group, users: String(request["users"]).split(",") });
      return { ok: true, usergroup: { id: group.id } };
    },
    "usergroups.list": () => ({
      ok: true,
      usergroups: mirror()
        .state()
        .groups.map(({ id, handle }) => ({ id, handle })),
    }),
    "blocks.validate": () => ({ ok: true }),
  };
}
