import type { Logger } from "pino";
import { collectDefaultMetrics, Registry } from "prom-client";
import type { Clock } from "../alert/clock.ts";
import type { Catalogue } from "../config/catalogue.ts";
import type { Config } from "../config/schema.ts";
import type { World } from "../demo/demo.ts";
import type { Store } from "../store/store.ts";
import { createWeb, type Web } from "../web/web.ts";
import type { Core } from "./core.ts";
import { registerMetrics } from "./metrics.ts";
import { createWebSources } from "./web-sources.ts";

export interface WebStart {
  readonly config: Config;
  readonly core: Core;
  readonly store: Store;
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  readonly log: Logger;
  readonly version: string;
  /** The demo's simulated world, with pages of its own; null where everything is real. */
  readonly world: World | null;
}

/** Starts the page, API, metrics and webhook. Alertmanager's notifications make the next look come at once. */
export async function startWeb(parts: WebStart): Promise<Web> {
  const { config, core, catalogue, clock, log, world } = parts;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  registerMetrics(registry, core);
  return createWeb({
    config: config.web,
    sources: createWebSources({
      version: parts.version,
      demo: world !== null,
      current: core.current,
      status: core.status,
      actions: core.actions,
      store: parts.store,
      clock,
      progress: () => core.detection.progress(),
      owners: (service) => catalogue.find(service)?.owners ?? [],
      inject: world === null ? null : world.inject,
    }),
    registry,
    log,
    onNotification: async () => {
      await core.loops.find(({ name }) => name === "alerts")?.runNow();
    },
    ...(world === null ? {} : { localRole: "admin" as const, links: world.links, mount: world.mount }),
  });
}
