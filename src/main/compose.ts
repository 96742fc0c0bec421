import type { Logger } from "pino";
import { systemClock } from "../alert/clock.ts";
import { UserError } from "../alert/user-error.ts";
import { createAlertmanagerClient } from "../alertmanager/client.ts";
import { createEmbeddedAlertmanager } from "../alertmanager/embedded/embedded.ts";
import type { Alertmanager } from "../alert/alertmanager.ts";
import type { Clock } from "../alert/clock.ts";
import { loadCatalogue } from "../config/catalogue.ts";
import type { Config } from "../config/schema.ts";
import type { OncallDesk } from "../intelligence/actions-types.ts";
import { createPrometheusClient } from "../prometheus/client.ts";
import type { MetricSource } from "../prometheus/source.ts";
import { openStore } from "../store/open.ts";
import type { Store } from "../store/store.ts";
import { type Core, createCore } from "./core.ts";
import { createLifecycle, type Lifecycle } from "./lifecycle.ts";
import { createLoop } from "./loop.ts";
import { emptyOncall } from "./oncall.ts";
import { startBot } from "./start-bot.ts";
import { startWeb } from "./start-web.ts";
import { openTrainer } from "./trainer.ts";

/** What the demo puts in place of real servers, and adds to the page. */
export interface Surroundings {
  readonly source: MetricSource;
  readonly slack: Partial<Config["slack"]>;
  readonly oncall: OncallDesk;
  readonly mount: Parameters<typeof startWeb>[0]["mount"];
  readonly links: Parameters<typeof startWeb>[0]["links"];
  readonly inject: Parameters<typeof startWeb>[0]["inject"];
}

/** Everything that runs. */
export interface Running {
  readonly core: Core;
  readonly store: Store;
  readonly catalogue: ReturnType<typeof loadCatalogue>;
  /** Address of the page. */
  readonly url: string;
  readonly lifecycle: Lifecycle;
}

const SNAPSHOT = "alertmanager";
const SNAPSHOT_EVERY = 5000;

/**
 * Builds everything from the configuration and starts it in order: store, Alertmanager, metrics, core, Slack, page.
 * @throws UserError when something cannot be started; what was started is stopped again
 */
export async function compose(
  config: Config,
  options: { readonly version: string; readonly log: Logger; readonly surround: ((parts: { store: Store; catalogue: Running["catalogue"]; clock: Clock; lifecycle: Lifecycle }) => Promise<Surroundings>) | null },
): Promise<Running> {
  const { log } = options;
  const lifecycle = createLifecycle(log);
  try {
    return await build(config, options, lifecycle);
  } catch (error) {
    await lifecycle.stop();
    throw error;
  }
}

async function build(config: Config, { version, log, surround }: Parameters<typeof compose>[1], lifecycle: Lifecycle): Promise<Running> {
  const clock = systemClock;
  const catalogue = loadCatalogue(config.services ?? null);
  const store = await openStore(config.store, { log });
  lifecycle.onStop("store", () => store.close());
  const alertmanager = await openAlertmanager(config, store, clock, log, lifecycle);
  const surroundings = surround === null ? null : await surround({ store, catalogue, clock, lifecycle });
  const trainer = openTrainer(config.detect, log);
  lifecycle.onStop("trainer", () => trainer.stop());
  const oncall = surroundings?.oncall ?? emptyOncall();
  const baseUrl = config.web.baseUrl ?? `http://${config.web.listen}`;
  const core = await createCore({
    config,
    catalogue,
    store,
    alertmanager,
    source: surroundings?.source ?? openMetrics(config),
    trainer,
    oncall: oncall.now,
    baseUrl,
    clock,
    log,
  });
  await startBot({ config: { ...config.slack, ...surroundings?.slack }, core, oncall, store, catalogue, webUrl: baseUrl, clock, log, lifecycle });
  const web = await startWeb({
    config,
    core,
    store,
    catalogue,
    clock,
    log,
    version,
    mount: surroundings?.mount,
    links: surroundings?.links,
    inject: surroundings?.inject ?? null,
  });
  lifecycle.onStop("page", () => web.close());
  core.start();
  lifecycle.onStop("core", () => core.stop());
  return { core, store, catalogue, url: web.url, lifecycle };
}

/** The configured Alertmanagers, or the embedded one with what it knew when the last process ended. */
async function openAlertmanager(config: Config, store: Store, clock: Clock, log: Logger, lifecycle: Lifecycle): Promise<Alertmanager> {
  if (config.alertmanager.urls !== "embedded") {
    return createAlertmanagerClient(config.alertmanager, { log, clock });
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
  if (config.prometheus.url === "simulated") {
    throw new UserError("is `simulated`: there is no server to ask", "prometheus.url", "name its address, or run `cmswatch demo`");
  }
  return createPrometheusClient(config.prometheus);
}
