import type { Logger } from "pino";
import type { Alertmanager } from "../alert/alertmanager.ts";
import { type Clock, systemClock } from "../alert/clock.ts";
import { UserError } from "../alert/user-error.ts";
import { createAlertmanagerClient } from "../alertmanager/client.ts";
import { createEmbeddedAlertmanager } from "../alertmanager/embedded/embedded.ts";
import { loadCatalogue } from "../config/catalogue.ts";
import type { Config } from "../config/schema.ts";
import type { World, WorldParts } from "../demo/demo.ts";
import { createQuality } from "../dqm/service/dqm.ts";
import { createOncall, readSchedule } from "../oncall/service.ts";
import type { Actor } from "../operations/actions-types.ts";
import { createPrometheusClient } from "../prometheus/client.ts";
import type { MetricSource } from "../prometheus/source.ts";
import { createLifecycle, type Lifecycle } from "../runtime/lifecycle.ts";
import { createLoop } from "../runtime/loop.ts";
import { openStore } from "../store/open.ts";
import type { Store } from "../store/store.ts";
import { openTrainer } from "../training/open-trainer.ts";
import { openTransfers } from "../transfers/service/start.ts";
import { type Core, createCore } from "./core.ts";
import { startBot } from "./start-bot.ts";
import { startWeb } from "./start-web.ts";

/** Everything that runs. */
export interface Running {
  readonly core: Core;
  /** Address of the page. */
  readonly url: string;
  readonly lifecycle: Lifecycle;
}

export interface ComposeOptions {
  readonly version: string;
  readonly log: Logger;
  /** Builds the simulated world of the demo; null where everything is real. */
  readonly createWorld: ((parts: WorldParts) => Promise<World>) | null;
}

const SNAPSHOT = "alertmanager";
const SNAPSHOT_EVERY = 5000;
const CATCH_UP_EVERY = 60_000;

/**
 * Builds everything from the configuration and starts it in order: store, Alertmanager, metrics, core, Slack, page.
 * @throws UserError when something cannot be started; what was started is stopped again
 */
export async function compose(config: Config, options: ComposeOptions): Promise<Running> {
  const lifecycle = createLifecycle(options.log);
  try {
    return await build(config, options, lifecycle);
  } catch (error) {
    await lifecycle.stop();
    throw error;
  }
}

async function build(config: Config, options: ComposeOptions, lifecycle: Lifecycle): Promise<Running> {
  const { version, log } = options;
  const clock = systemClock;
  const catalogue = loadCatalogue(config.services ?? null);
  const store = await openStore(config.store, { log });
  lifecycle.onStop("store", () => store.close());
  const alertmanager = await openAlertmanager(config, { store, clock, log, lifecycle });
  const world = (await options.createWorld?.({ store, catalogue, clock, alertmanager })) ?? null;
  lifecycle.onStop("simulated world", async () => world?.close());
  const trainer = openTrainer(config.detect, log);
  lifecycle.onStop("trainer", () => trainer.stop());
  const schedule = readSchedule(config, catalogue) ?? world?.schedule ?? null;
  const oncall = createOncall(schedule, { config, catalogue, store, clock, log });
  for (const loop of oncall.loops) {
    loop.start();
    lifecycle.onStop(loop.name, () => loop.stop());
  }
  const webUrl = config.web.baseUrl ?? `http://${config.web.listen}`;
  const source = world?.source ?? openMetrics(config);
  let escalations = oncall.escalations(async () => {});
  const onAnswered = (groupId: string, actor: Actor) =>
    escalations.answered(groupId, oncall.desk.nameOf(actor.person), clock());
  const core = await createCore({
    config: world === null ? config : { ...config, tickets: { ...world.tickets, ...config.tickets } },
    catalogue,
    store,
    alertmanager,
    source,
    trainer,
    oncall: oncall.desk.now,
    onAnswered,
    baseUrl: webUrl,
    clock,
    log,
  });
  const { pipeline, current } = core;
  const quality = await createQuality({ config, store, alertmanager, pipeline, current, baseUrl: webUrl, clock, log });
  const shared = { core, store, catalogue, clock, log, quality: quality.desk };
  const { fitSequences } = trainer;
  const transfers = openTransfers({
    ...shared,
    config: world?.transfers.config ?? config.transfers,
    source: world?.transfers.source,
    alertmanager,
    fitSequences,
    baseUrl: webUrl,
  });
  if (transfers !== null) {
    core.detection.models.enlist(transfers.models);
  }
  const bot = await startBot({
    ...shared,
    config: { ...config.slack, ...world?.slack },
    severities: config.intelligence.severities,
    oncall,
    webUrl,
    lifecycle,
    extras: transfers === null ? {} : { transfers: async (_now, about) => transfers.lines(about) },
  });
  if (bot !== null) {
    quality.listeners.push(bot.runSummary);
    escalations = oncall.escalations(bot.deliver, bot.quietPeople);
    core.listeners.push({ name: "on call", groups: (groups, now) => escalations.look(groups, now) });
  }
  const web = await startWeb({ ...shared, config, version, world, source, oncall: oncall.desk.now, transfers });
  lifecycle.onStop("page", () => web.close());
  world?.begin({ current: core.current, progress: () => core.detection.progress(), botUrl: bot?.address ?? null });
  quality.loop?.start();
  lifecycle.onStop("data quality", () => quality.loop?.stop());
  quality.references?.start();
  lifecycle.onStop("data quality references", () => quality.references?.stop());
  core.start();
  lifecycle.onStop("core", () => core.stop());
  transfers?.start();
  lifecycle.onStop("transfers", async () => transfers?.stop());
  return { core, url: web.url, lifecycle };
}

/** The configured Alertmanagers, or the embedded one with what it knew when the last process ended. */
async function openAlertmanager(
  config: Config,
  { store, clock, log, lifecycle }: { store: Store; clock: Clock; log: Logger; lifecycle: Lifecycle },
): Promise<Alertmanager> {
  if (config.alertmanager.urls !== "embedded") {
    const client = createAlertmanagerClient(config.alertmanager, { log, clock, states: store.states });
    const catchUp = async () => void (await client.catchUp());
    const loop = createLoop({ name: "alertmanager catch-up", every: CATCH_UP_EVERY, run: catchUp, clock, log });
    loop.start();
    lifecycle.onStop("alertmanager catch-up", () => loop.stop());
    return client;
  }
  const embedded = createEmbeddedAlertmanager({ clock });
  const saved = await store.states.get(SNAPSHOT);
  if (saved !== null) {
    embedded.restore(saved);
  }
  const save = () => store.states.put(SNAPSHOT, embedded.snapshot());
  const loop = createLoop({ name: "alertmanager snapshot", every: SNAPSHOT_EVERY, run: save, clock, log });
  loop.start();
  lifecycle.onStop("embedded alertmanager", async () => {
    await loop.stop();
    await save();
  });
  return embedded;
}

function openMetrics(config: Config): MetricSource {
  const { url } = config.prometheus;
  if (url === "simulated") {
    throw new UserError(
      "is `simulated`: there is no server to ask",
      "prometheus.url",
      "name its address, or run `cmswatch demo`",
    );
  }
  return createPrometheusClient({ ...config.prometheus, url });
}
