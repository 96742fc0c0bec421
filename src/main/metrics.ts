import { Counter, Gauge, type Registry } from "prom-client";
import type { Store } from "../store/store.ts";
import type { Service } from "./service.ts";

export interface MetricParts {
  readonly service: Pick<Service, "loops" | "current" | "tally">;
  readonly store: Pick<Store, "models">;
  readonly version: string;
  /** Longest delay of the event loop in the last ten seconds, and rejections that nobody handled. */
  readonly health: () => { readonly longestDelay: number; readonly rejections: number };
}

type Labels = Readonly<Record<string, string>>;
type Values = readonly (readonly [Labels, number])[];

interface Definition {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  readonly type: "gauge" | "counter";
  readonly read: () => Values | Promise<Values>;
}

/**
 * cmswatch's own figures for Prometheus: lag and outcome of every loop, source, stage and delivery, ages of models and data.
 * Read when they are asked for. Times are unix seconds; what has never happened has no value.
 */
export function registerMetrics(registry: Registry, parts: MetricParts): void {
  for (const definition of [
    ...loopMetrics(parts),
    ...flowMetrics(parts),
    ...stateMetrics(parts),
    ...healthMetrics(parts),
  ]) {
    register(registry, definition);
  }
}

function healthMetrics({ health }: MetricParts): readonly Definition[] {
  return [
    {
      name: "cmswatch_event_loop_delay_seconds",
      help: "Longest time in the last ten seconds that work of the process made everything else wait.",
      labelNames: [],
      type: "gauge",
      read: () => [[{}, health().longestDelay]],
    },
    {
      name: "cmswatch_unhandled_failures_total",
      help: "Failures that no part handled, since the start; the log has them.",
      labelNames: [],
      type: "counter",
      read: () => [[{}, health().rejections]],
    },
  ];
}

function loopMetrics({ service }: MetricParts): readonly Definition[] {
  const each = (value: (loop: Service["loops"][number]) => number | null) => (): Values =>
    service.loops.flatMap((loop) => {
      const one = value(loop);
      return one === null ? [] : [[{ loop: loop.name }, one] as const];
    });
  const of = (name: string, type: Definition["type"], help: string, read: Definition["read"]): Definition => ({
    name: `cmswatch_loop_${name}`,
    help,
    labelNames: ["loop"],
    type,
    read,
  });
  return [
    of(
      "interval_seconds",
      "gauge",
      "How often a loop is to run.",
      each(({ every }) => every / 1000),
    ),
    of(
      "runs_total",
      "counter",
      "Runs of a loop since the start.",
      each((loop) => loop.status().runs),
    ),
    of(
      "failures_total",
      "counter",
      "Runs of a loop that failed.",
      each((loop) => loop.status().failures),
    ),
    of(
      "last_duration_seconds",
      "gauge",
      "How long the last run of a loop took.",
      each((loop) => seconds(loop.status().took)),
    ),
    of(
      "last_success_timestamp_seconds",
      "gauge",
      "When a loop last ended well.",
      each((loop) => seconds(loop.status().lastSuccess?.getTime() ?? null)),
    ),
  ];
}

function flowMetrics({ service }: MetricParts): readonly Definition[] {
  const { stages, deliveries } = service.tally;
  const ofStage = (value: (name: string) => number) => (): Values =>
    [...stages.keys()].map((stage) => [{ stage }, value(stage)] as const);
  return [
    {
      name: "cmswatch_stage_last_duration_seconds",
      help: "How long a stage of the pipeline took for all alerts at the last look.",
      labelNames: ["stage"],
      type: "gauge",
      read: ofStage((name) => (stages.get(name)?.took ?? 0) / 1000),
    },
    {
      name: "cmswatch_stage_failures_total",
      help: "Alerts that went on without a stage because it failed for them.",
      labelNames: ["stage"],
      type: "counter",
      read: ofStage((name) => stages.get(name)?.failures ?? 0),
    },
    {
      name: "cmswatch_deliveries_total",
      help: "What was sent, by where to and outcome.",
      labelNames: ["to", "outcome"],
      type: "counter",
      read: () =>
        [...deliveries].flatMap(([to, { delivered, failed }]) => [
          [{ to, outcome: "ok" }, delivered] as const,
          [{ to, outcome: "failed" }, failed] as const,
        ]),
    },
    {
      name: "cmswatch_delivery_last_success_timestamp_seconds",
      help: "When something last reached the place.",
      labelNames: ["to"],
      type: "gauge",
      read: () => dated([...deliveries].map(([to, { lastSuccess }]) => [{ to }, lastSuccess])),
    },
  ];
}

function stateMetrics({ service, store, version }: MetricParts): readonly Definition[] {
  const { current } = service;
  const sources = () => current.sources().filter(({ state }) => state !== "off");
  return [
    {
      name: "cmswatch_info",
      help: "1, with the version that runs.",
      labelNames: ["version"],
      type: "gauge",
      read: () => [[{ version }, 1]],
    },
    {
      name: "cmswatch_standby",
      help: "1 while this replica waits for its turn.",
      labelNames: [],
      type: "gauge",
      read: () => [[{}, 0]],
    },
    {
      name: "cmswatch_source_up",
      help: "1 while a source answers.",
      labelNames: ["source"],
      type: "gauge",
      read: () => sources().map(({ name, state }) => [{ source: name }, state === "ok" ? 1 : 0] as const),
    },
    {
      name: "cmswatch_source_last_success_timestamp_seconds",
      help: "When a source last answered.",
      labelNames: ["source"],
      type: "gauge",
      read: () => dated(sources().map(({ name, at }) => [{ source: name }, at])),
    },
    {
      name: "cmswatch_data_timestamp_seconds",
      help: "Time of the newest scored point of a service.",
      labelNames: ["service"],
      type: "gauge",
      read: () => dated([...newest(current.entities())].map(([service, at]) => [{ service }, at])),
    },
    {
      name: "cmswatch_model_trained_timestamp_seconds",
      help: "When the oldest active model of a service was trained.",
      labelNames: ["service"],
      type: "gauge",
      read: async () => dated([...(await oldestModels(store))].map(([service, at]) => [{ service }, at])),
    },
    counted("cmswatch_entities", "Scored entities by state.", () => current.entities()),
    counted("cmswatch_groups", "Alert groups by state.", () => current.groups.last() ?? []),
  ];
}

function counted(name: string, help: string, read: () => readonly { readonly state: string }[]): Definition {
  return {
    name,
    help,
    labelNames: ["state"],
    type: "gauge",
    read() {
      const counts = new Map<string, number>();
      for (const { state } of read()) {
        counts.set(state, (counts.get(state) ?? 0) + 1);
      }
      return [...counts].map(([state, count]) => [{ state }, count] as const);
    },
  };
}

function register(registry: Registry, { name, help, labelNames, type, read }: Definition): void {
  const options = { name, help, labelNames: [...labelNames], registers: [registry] };
  if (type === "gauge") {
    new Gauge({
      ...options,
      async collect() {
        this.reset();
        for (const [labels, value] of await read()) {
          this.set(labels, value);
        }
      },
    });
    return;
  }
  new Counter({
    ...options,
    async collect() {
      this.reset();
      for (const [labels, value] of await read()) {
        this.inc(labels, value);
      }
    },
  });
}

function newest(entities: ReturnType<Service["current"]["entities"]>): ReadonlyMap<string, Date> {
  const byService = new Map<string, Date>();
  for (const { service, at } of entities) {
    const known = byService.get(service);
    if (at !== null && (known === undefined || at > known)) {
      byService.set(service, at);
    }
  }
  return byService;
}

async function oldestModels(store: MetricParts["store"]): Promise<ReadonlyMap<string, Date>> {
  const byService = new Map<string, Date>();
  for (const { service, trainedAt } of (await store.models.list()).filter(({ active }) => active)) {
    const known = byService.get(service);
    if (known === undefined || trainedAt < known) {
      byService.set(service, trainedAt);
    }
  }
  return byService;
}

function dated(values: readonly (readonly [Labels, Date | null])[]): Values {
  return values.flatMap(([labels, at]) => (at === null ? [] : [[labels, at.getTime() / 1000] as const]));
}

function seconds(milliseconds: number | null): number | null {
  return milliseconds === null ? null : milliseconds / 1000;
}
