import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { collectDefaultMetrics, Registry } from "prom-client";
import type { Clock } from "../alert/clock.ts";
import type { Catalogue } from "../config/catalogue.ts";
import type { Config } from "../config/schema.ts";
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
  readonly mount?: ((app: FastifyInstance) => void | Promise<void>) | undefined;
  readonly links?: readonly { readonly title: string; readonly href: string }[] | undefined;
  /** Makes an anomaly in the simulated CMSWEB; null where metrics are real. */
  readonly inject: ((service: string, kind: string, minutes: number) => Promise<string>) | null;
}

/** Starts the page, API, metrics and webhook. Alertmanager's notifications make the next look come at once. */
export async function startWeb(parts: WebStart): Promise<Web> {
  const { config, core, catalogue, clock, log } = parts;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  registerMetrics(registry, core);
  return createWeb({
    config: config.web,
    sources: createWebSources({
      version: parts.version,
      demo: parts.inject !== null,
      current: core.current,
      status: core.status,
      actions: core.actions,
      store: parts.store,
      clock,
      progress: () => core.detection.progress(),
      owners: (service) => catalogue.find(service)?.owners ?? [],
      inject: parts.inject,
    }),
    registry,
    log,
    onNotification: async () => {
      await core.loops.find(({ name }) => name === "alerts")?.runNow();
    },
    ...(parts.inject === null ? {} : { localRole: "admin" as const }),
    ...(parts.links === undefined ? {} : { links: parts.links }),
    ...(parts.mount === undefined ? {} : { mount: parts.mount }),
  });
}
