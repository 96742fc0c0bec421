import type { Logger } from "pino";
import { collectDefaultMetrics, Registry } from "prom-client";
import type { Clock } from "../alert/clock.ts";
import { ANOMALY_ALERT } from "../alert/names.ts";
import type { Config } from "../config/schema.ts";
import { loadRunbooks } from "../intelligence/runbooks/load.ts";
import { createDetails } from "../web/details/details.ts";
import { createWebDqm } from "../web/dqm.ts";
import { toTransfersView } from "../web/transfer-views.ts";
import { createWeb, type Web } from "../web/web.ts";
import { createWebSources } from "../web/web-sources.ts";
import type { Foundation } from "./foundation.ts";
import { type MetricParts, registerMetrics } from "./metrics.ts";
import type { Service } from "./service.ts";

export interface WebStart {
  readonly config: Config;
  readonly foundation: Foundation;
  readonly service: Service;
  readonly clock: Clock;
  readonly log: Logger;
  readonly version: string;
  readonly health: MetricParts["health"];
}

/** Starts the page, API, metrics and webhook. Alertmanager's notifications make the next look come at once. */
export async function startWeb(parts: WebStart): Promise<Web> {
  const { config, service, clock, log } = parts;
  const { catalogue, store, source, world } = parts.foundation;
  const { current, status, actions, detection, models, runbooks, transfers } = service;
  const dqm = service.dqm.desk;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  registerMetrics(registry, { service, store, version: parts.version, health: parts.health });
  const sources = createWebSources({
    version: parts.version,
    demo: world !== null,
    current,
    status,
    actions,
    store,
    clock,
    progress: detection.progress,
    models,
    feedback: detection.feedback,
    severities: config.intelligence.severities,
    dqm,
    owners: (name) => catalogue.find(name)?.owners ?? [],
    inject: world === null ? null : world.inject,
  });
  const details = createDetails({
    catalogue,
    current,
    store,
    source,
    actions,
    runbooks: loadRunbooks(config.runbooks ?? null),
    runbookOf: (name) =>
      runbooks.find({ labels: { alertname: ANOMALY_ALERT, service: name, class: "performance" }, annotations: {} }),
    oncall: service.oncall.desk.now,
    clock,
    demo: world !== null,
    overview: sources,
  });
  return createWeb({
    config: config.web,
    sources: {
      ...sources,
      details,
      dqm: createWebDqm(dqm),
      ...(transfers === null ? {} : { transfers: async (about) => toTransfersView(transfers.overview(about)) }),
    },
    now: clock,
    states: store.states,
    registry,
    log,
    onNotification: service.look,
    ...(world === null ? {} : { localRole: "admin" as const, links: world.links, mount: world.mount }),
  });
}
