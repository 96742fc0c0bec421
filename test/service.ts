import { pino } from "pino";
import type { Alert } from "../src/alert/alert.ts";
import type { Alertmanager } from "../src/alert/alertmanager.ts";
import type { Clock } from "../src/alert/clock.ts";
import { createEmbeddedAlertmanager } from "../src/alertmanager/embedded/embedded.ts";
import { loadCatalogue } from "../src/config/catalogue.ts";
import { type Config, configSchema } from "../src/config/schema.ts";
import type { WorkspaceMessage } from "../src/demo/slack/types.ts";
import { startEmulatedWorkspace, type Workspace } from "../src/demo/slack/workspace.ts";
import { createService, type Service } from "../src/main/service.ts";
import type { MetricSource } from "../src/prometheus/source.ts";
import type { Store } from "../src/store/store.ts";
import { openMemoryStore } from "./store/memory-store.ts";

const SIGNING_SECRET = "0123456789abcdef0123456789abcdef";
export const SERVICE_START = new Date("2026-06-15T08:00:00Z");

/** The configuration as a file would have it; every part may be left out. */
type ConfigInput = Parameters<typeof configSchema.parse>[0] & object;

export interface ServiceWorldOptions {
  readonly config?: ConfigInput;
  readonly startAt?: Date;
  /** Instead of a new one in memory; it is not closed then. */
  readonly store?: Store;
  /** Instead of a new embedded one. */
  readonly alertmanager?: Alertmanager;
  /** Instead of a source without any metric. */
  readonly source?: MetricSource;
  /** False: Slack is not configured. */
  readonly slack?: boolean;
}

/** The whole service on embedded parts, with a clock that is moved by hand. Nothing sleeps; Slack is emulated over real HTTP. */
export interface ServiceWorld {
  readonly service: Service;
  readonly store: Store;
  readonly alertmanager: Alertmanager;
  /** The embedded one forgets all alerts and silences, as a real one without its volume does. */
  restartAlertmanager(): void;
  /** Every request to the embedded one fails so; null ends it. */
  failAlertmanager(because: string | null): void;
  readonly workspace: Workspace;
  readonly config: Config;
  now(): Date;
  /** Moves the clock on, and runs each loop as often as it would have run; what they set off is waited for. */
  pass(milliseconds: number): Promise<void>;
  /** Moves the clock on while every loop hangs. */
  sleep(milliseconds: number): void;
  /** Alerts of others, as Prometheus sends them: pushed now, and again at each minute that passes until `ended`. */
  firing(alerts: readonly Alert[]): Promise<void>;
  ended(alerts: readonly Alert[]): Promise<void>;
  /** Messages in a channel (or a person's direct messages) that are not deleted, oldest first. */
  messages(channel?: string): readonly WorkspaceMessage[];
  /** Ends the process without a word, and starts another on the same store, Alertmanager and Slack. @param downFor milliseconds */
  crash(downFor?: number): Promise<void>;
  /** Stops in order, and starts another. */
  restart(downFor?: number): Promise<void>;
  close(): Promise<void>;
}

const EMPTY_SOURCE: MetricSource = {
  name: "none",
  range: async () => [],
  instant: async () => [],
  reachable: async () => ({ ok: true }),
};
const NO_TRAINING = "nothing is trained here";
const REFRESH_EVERY = 60_000;

export async function startServiceWorld(options: ServiceWorldOptions = {}): Promise<ServiceWorld> {
  let now = (options.startAt ?? SERVICE_START).getTime();
  const clock: Clock = () => new Date(now);
  const log = pino({ level: process.env["TEST_LOG"] ?? "silent" });
  const workspace = await startEmulatedWorkspace({ port: 0, signingSecret: SIGNING_SECRET, clock });
  const store = options.store ?? (await openMemoryStore());
  let embedded: Alertmanager = createEmbeddedAlertmanager({ clock });
  let fault: string | null = null;
  const alertmanager = options.alertmanager ?? inTurn(() => (fault === null ? embedded : refusing(embedded, fault)));
  const config = configOf(options, workspace);
  const firing = new Map<string, Alert>();
  let refreshAt = now + REFRESH_EVERY;

  const open = async () => {
    const service = await createService({
      config,
      foundation: {
        catalogue: loadCatalogue(null),
        store,
        alertmanager,
        source: options.source ?? EMPTY_SOURCE,
        trainer: {
          train: () => Promise.reject(new Error(NO_TRAINING)),
          fitSequences: () => () => Promise.reject(new Error(NO_TRAINING)),
          stop: async () => {},
        },
        world: null,
        loops: [],
      },
      clock,
      log,
      pace: { spacing: 0, batchFor: 0, sleep: async () => {} },
    });
    const url = (await service.bot?.start()) ?? null;
    if (url !== null) {
      workspace.connectBot(url);
    }
    const idle = options.source === undefined ? ["scoring", "training"] : [];
    const loops = service.loops.filter(({ name }) => !idle.includes(name));
    return { service, due: new Map(loops.map((loop) => [loop, now])) };
  };
  let running = await open();

  async function refresh(): Promise<void> {
    if (now >= refreshAt) {
      refreshAt = now + REFRESH_EVERY;
      await (firing.size === 0 ? undefined : alertmanager.post([...firing.values()]));
    }
  }

  async function runDue(): Promise<void> {
    await refresh();
    for (const [loop, at] of running.due) {
      if (at <= now) {
        await loop.runNow();
        running.due.set(loop, now + loop.every);
      }
    }
    await settle();
  }

  async function settle(): Promise<void> {
    await running.service.events.settled();
    await running.service.bot?.flush();
  }

  async function pass(milliseconds: number): Promise<void> {
    const end = now + milliseconds;
    await runDue();
    while (now < end) {
      now = Math.min(end, Math.max(now + 1, Math.min(refreshAt, ...running.due.values())));
      await runDue();
    }
  }

  async function whileDown(milliseconds: number): Promise<void> {
    const end = now + milliseconds;
    while (now < end) {
      now = Math.min(end, Math.max(now + 1, refreshAt));
      await refresh();
    }
  }

  async function end(isClean: boolean): Promise<void> {
    const { service } = running;
    await Promise.all(service.loops.map((loop) => loop.stop()));
    await service.events.stop();
    await service.bot?.stop();
    await (isClean ? service.stop() : undefined);
  }

  const keyOf = (alert: Alert) => JSON.stringify(Object.entries(alert.labels).sort());
  const again = async (isClean: boolean, downFor: number) => {
    await end(isClean);
    await whileDown(downFor);
    running = await open();
  };
  return {
    get service() {
      return running.service;
    },
    store,
    alertmanager,
    restartAlertmanager() {
      embedded = createEmbeddedAlertmanager({ clock });
    },
    failAlertmanager(because) {
      fault = because;
    },
    workspace,
    config,
    now: clock,
    pass,
    sleep(milliseconds) {
      now += milliseconds;
    },
    async firing(alerts) {
      for (const alert of alerts) {
        firing.set(keyOf(alert), alert);
      }
      await alertmanager.post(alerts);
    },
    async ended(alerts) {
      for (const alert of alerts) {
        firing.delete(keyOf(alert));
      }
      await alertmanager.post(alerts.map((alert) => ({ ...alert, endsAt: clock() })));
    },
    messages(channel = workspace.channel("cmsweb-alerts").id) {
      return workspace.state().messages.filter((message) => message.channel === channel);
    },
    crash: (downFor = 0) => again(false, downFor),
    restart: (downFor = 0) => again(true, downFor),
    async close() {
      await end(true);
      await workspace.close();
      await (options.store === undefined ? store.close() : undefined);
    },
  };
}

/** An Alertmanager that is another one at each request. */
function inTurn(current: () => Alertmanager): Alertmanager {
  return {
    alerts: (filter) => current().alerts(filter),
    groups: (filter) => current().groups(filter),
    post: (alerts) => current().post(alerts),
    silences: (matchers) => current().silences(matchers),
    putSilence: (request) => current().putSilence(request),
    expireSilence: (id) => current().expireSilence(id),
    status: () => current().status(),
    receivers: () => current().receivers(),
  };
}

function refusing(alertmanager: Alertmanager, because: string): Alertmanager {
  const refused = () => Promise.reject(new Error(because));
  return Object.fromEntries(Object.keys(alertmanager).map((name) => [name, refused])) as unknown as Alertmanager;
}

function configOf({ config = {}, slack = true }: ServiceWorldOptions, workspace: Workspace): Config {
  const section = {
    botToken: workspace.botToken,
    signingSecret: SIGNING_SECRET,
    apiUrl: workspace.apiUrl,
    listen: "127.0.0.1:0",
    channels: { default: workspace.channel("cmsweb-alerts").id },
  };
  const given = config as { readonly slack?: object; readonly detect?: object };
  return configSchema.parse({
    ...config,
    ...(slack ? { slack: { ...section, ...given.slack } } : {}),
  });
}
