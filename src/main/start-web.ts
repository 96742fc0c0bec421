import type { Logger } from "pino";
import { collectDefaultMetrics, Registry } from "prom-client";
import type { Clock } from "../alert/clock.ts";
import { ANOMALY_ALERT } from "../alert/names.ts";
import type { Catalogue } from "../config/catalogue.ts";
import type { Config } from "../config/schema.ts";
import type { World } from "../demo/demo.ts";
import type { QualityDesk } from "../dqm/service/quality-desk.ts";
import { loadRunbooks } from "../intelligence/runbooks/load.ts";
import type { OncallDesk } from "../operations/actions-types.ts";
import type { MetricSource } from "../prometheus/source.ts";
import type { Store } from "../store/store.ts";
import type { TransferService } from "../transfers/service/service.ts";
import { createDetails } from "../web/details/details.ts";
import { createWebQuality } from "../web/quality.ts";
import { toTransfersView } from "../web/transfer-views.ts";
import { createWeb, type Web } from "../web/web.ts";
import { createWebSources } from "../web/web-sources.ts";
import type { Core } from "./core.ts";
import { registerMetrics } from "./metrics.ts";

export interface WebStart {
  readonly config: Config;
  readonly core: Core;
  readonly store: Store;
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  readonly log: Logger;
  readonly version: string;
  readonly source: MetricSource;
  readonly oncall: OncallDesk["now"];
  readonly quality: QualityDesk;
  /** The demo's simulated world, with pages of its own; null where everything is real. */
  readonly world: World | null;
  /** Null where transfers are not watched. */
  readonly transfers: TransferService | null;
}

/** Starts the page, API, metrics and webhook. Alertmanager's notifications make the next look come at once. */
export async function startWeb(parts: WebStart): Promise<Web> {
  const { config, core, catalogue, clock, log, world, transfers } = parts;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  registerMetrics(registry, { core, store: parts.store, version: parts.version });
  const sources = createWebSources({
    version: parts.version,
    demo: world !== null,
    current: core.current,
    status: core.status,
    actions: core.actions,
    store: parts.store,
    clock,
    progress: () => core.detection.progress(),
    models: core.detection.models,
    feedback: core.detection.feedback,
    severities: config.intelligence.severities,
    quality: parts.quality,
    owners: (service) => catalogue.find(service)?.owners ?? [],
    inject: world === null ? null : world.inject,
  });
  const details = createDetails({
    catalogue,
    current: core.current,
    store: parts.store,
    source: parts.source,
    actions: core.actions,
    runbooks: loadRunbooks(config.runbooks ?? null),
    runbookOf: (service) =>
      core.runbooks.find({
        labels: { alertname: ANOMALY_ALERT, service, class: "performance" },
        annotations: {},
      }),
    oncall: parts.oncall,
    clock,
    demo: world !== null,
    overview: sources,
  });
  return createWeb({
    config: config.web,
    sources: {
      ...sources,
      details,
      quality: createWebQuality(parts.quality),
      ...(transfers === null ? {} : { transfers: async (about) => toTransfersView(transfers.overview(about)) }),
    },
    now: clock,
    registry,
    log,
    onNotification: async () => {
      await core.loops.find(({ name }) => name === "alerts")?.runNow();
    },
    ...(world === null ? {} : { localRole: "admin" as const, links: world.links, mount: world.mount }),
  });
}
