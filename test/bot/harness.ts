import { pino } from "pino";
import type { AlertGroup } from "../../src/alert/group.ts";
import { type Bot, createBot } from "../../src/bot/app.ts";
import type { BotParts } from "../../src/bot/parts.ts";
import type { Fault } from "../../src/demo/slack/faults.ts";
import { DEMO_SEED } from "../../src/demo/slack/seed.ts";
import type { WorkspaceMessage } from "../../src/demo/slack/types.ts";
import { startEmulatedWorkspace, type Workspace } from "../../src/demo/slack/workspace.ts";
import type { Store } from "../../src/store/store.ts";
import { type FakeWorld, fakeWorld, SERVICES } from "./fake-desk.ts";
import { fakeStore } from "./fake-store.ts";
import { payloadProblems, viewProblems } from "./payload-check.ts";
import { NOW } from "./samples.ts";

export const SIGNING_SECRET = "0123456789abcdef0123456789abcdef";

const SEED = { ...DEMO_SEED, people: DEMO_SEED.people.map((one) => ({ ...one, realName: one.name })) };

/** A real bot on a real HTTP port, in an emulated workspace. */
export interface Harness {
  readonly bot: Bot;
  readonly botUrl: string;
  readonly workspace: Workspace;
  readonly world: FakeWorld;
  readonly store: Store;
  readonly slept: number[];
  /** Messages of a channel that the person sees, oldest first. */
  seen(channel: string, user?: string): readonly WorkspaceMessage[];
  /** Publishes a group and waits until it is shown; edits of a message that is there are left to `bot.flush`. */
  show(group: AlertGroup): Promise<void>;
  /** Waits until a message satisfies the condition. */
  until<T>(look: () => T | undefined | null | false): Promise<T>;
  /** Another bot on the same store and workspace. */
  replica(): Promise<{ readonly bot: Bot; readonly url: string }>;
  /** Stops everything, and fails when anything that was shown is not what Slack takes. */
  close(): Promise<void>;
}

export async function startHarness(
  change: Partial<Omit<BotParts, "slack">> & {
    readonly permissions?: BotParts["slack"]["permissions"];
    readonly socketMode?: boolean;
    readonly faults?: readonly Fault[];
  } = {},
  channels: Readonly<Record<string, string>> = {},
  slack: Partial<BotParts["slack"]> = {},
): Promise<Harness> {
  const { permissions = {}, socketMode = false, faults = [], ...rest } = change;
  const workspace = await startEmulatedWorkspace({ port: 0, signingSecret: SIGNING_SECRET, seed: SEED });
  for (const fault of faults) {
    workspace.fail(fault);
  }
  const store = change.store ?? fakeStore();
  const world = fakeWorld(store);
  const slept: number[] = [];
  const make = () =>
    createBot({
      slack: {
        botToken: workspace.botToken,
        ...(socketMode ? { appToken: workspace.appToken } : { signingSecret: SIGNING_SECRET }),
        apiUrl: workspace.apiUrl,
        listen: "127.0.0.1:0",
        channels: { default: workspace.channel("cmsweb-alerts").id, ...channels },
        permissions,
        batchFor: 60_000,
        spacing: 0,
        ...slack,
      },
      status: world.status,
      actions: world.actions,
      oncall: world.oncall,
      store,
      log: pino({ level: process.env["TEST_LOG"] ?? "silent" }),
      clock: () => NOW,
      services: SERVICES,
      webUrl: "http://127.0.0.1:8420",
      sleep: async (milliseconds) => {
        slept.push(milliseconds);
      },
      newReference: () => "REF12345",
      draw: async () => ({ png: new Uint8Array([0x89, 0x50, 0x4e, 0x47]), altText: "Line of cpu of dbs" }),
      ...rest,
    });
  const bots: Bot[] = [];
  const startOne = async () => {
    const bot = make();
    bots.push(bot);
    return { bot, url: (await bot.start()) ?? "" };
  };
  const { bot, url } = await startOne();
  workspace.connectBot(url);
  const seen = (channel: string, user?: string) =>
    workspace
      .state()
      .messages.filter((one) => one.channel === channel && (one.ephemeralFor === null || one.ephemeralFor === user));
  return {
    bot,
    botUrl: url,
    workspace,
    world,
    store,
    slept,
    seen(channel, user) {
      const found = seen(channel, user);
      return found;
    },
    async show(group) {
      const isNew = (await store.messages.of(group.id)).length === 0;
      await bot.publish(group);
      if (isNew) {
        await bot.flush();
      }
    },
    async until(look) {
      const give = Date.now() + 20_000;
      for (;;) {
        const value = look();
        if (value !== undefined && value !== null && value !== false) {
          return value;
        }
        if (Date.now() > give) {
          throw new Error(
            `it did not come about; the workspace shows ${JSON.stringify(workspace.state().messages.map(({ text }) => text))}`,
          );
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    replica: startOne,
    async close() {
      const { messages } = workspace.state();
      const problems = [
        ...messages.flatMap((one) => payloadProblems(one as never)),
        ...workspace.calls.flatMap(({ method, request }) =>
          method.startsWith("views.") && request["view"] !== undefined ? viewProblems(request["view"] as never) : [],
        ),
      ];
      await Promise.all(bots.map((one) => one.stop()));
      await workspace.close();
      if (problems.length > 0) {
        throw new Error(`Slack would refuse this: ${[...new Set(problems)].join("; ")}`);
      }
    },
  };
}

/** All text of a message, as a person reads it. */
export function textOf(message: WorkspaceMessage | undefined): string {
  return JSON.stringify([message?.blocks, message?.attachments]);
}
