import type { Labels } from "../../alert/alert.ts";
import { GRAIN, type Simulation } from "./simulation.ts";

/** One sample of the simulated cluster as an exporter would show it. */
export interface ExposedSample {
  readonly labels: Labels;
  readonly value: number;
}

/** All samples of one name, for one scrape. */
export interface Family {
  readonly name: string;
  readonly type: "gauge" | "counter";
  readonly help: string;
  readonly samples: readonly ExposedSample[];
}

/** Names of the gauges, with the value of a service that each pod has its share of. */
export const POD_GAUGES = {
  eagle_pod_container_resource_usage_cpu_cores: "cpu",
  eagle_pod_container_resource_usage_memory_bytes: "memory",
} as const;
export type PodGauge = keyof typeof POD_GAUGES;

const COUNTERS = {
  nginx_ingress_controller_requests: { help: "Requests served.", field: "requests", labels: { status: "200" } },
  nginx_ingress_controller_request_duration_seconds_sum: { help: "Seconds spent.", field: "seconds", labels: {} },
  nginx_ingress_controller_request_duration_seconds_count: { help: "Requests timed.", field: "requests", labels: {} },
} as const;
type CounterName = keyof typeof COUNTERS;

export type FamilyName = PodGauge | CounterName;
/** Names of all that the cluster shows. */
export const FAMILIES = [...Object.keys(POD_GAUGES), ...Object.keys(COUNTERS)] as readonly FamilyName[];

/** Labels of every pod as kube-eagle gives them. */
export function podLabels(namespace: string, pod: { readonly workload: string; readonly name: string }): Labels {
  return { env: "k8s-prod", app: "kube-eagle", namespace, pod: pod.name, container: pod.workload, node: "cmsweb-node" };
}

/** What the cluster shows at increasing times: gauges at that time, counters since `since` (a start, like a reset). */
export interface Exposition {
  /** @param seconds unix seconds, not before the last call's · @param only names of the families wanted; all by default */
  at(seconds: number, only?: readonly FamilyName[]): readonly Family[];
}

const MAX_STEPS = 400_000;

/** Prepares the exposition; counters begin at zero at `since` (unix seconds). */
export function createExposition(simulation: Simulation, since: number): Exposition {
  const totals = new Map<string, { requests: number; seconds: number }>();
  let done = Math.floor(since / GRAIN) * GRAIN;
  const advance = (seconds: number) => {
    done = Math.max(done, seconds - MAX_STEPS * GRAIN);
    for (; done + GRAIN <= seconds; done += GRAIN) {
      for (const service of simulation.profiles.keys()) {
        const sample = simulation.sample(service, done);
        if (!Number.isNaN(sample.requests)) {
          const total = totals.get(service) ?? { requests: 0, seconds: 0 };
          total.requests += sample.requests * GRAIN;
          total.seconds += sample.requests * sample.latency * GRAIN;
          totals.set(service, total);
        }
      }
    }
  };
  return {
    at(seconds, only = FAMILIES) {
      if (only.some((name) => Object.hasOwn(COUNTERS, name))) {
        advance(seconds);
      }
      return only.map((name) =>
        name in POD_GAUGES
          ? gaugeFamily(simulation, seconds, name as PodGauge)
          : counterFamily(simulation, seconds, name as CounterName, totals),
      );
    },
  };
}

function gaugeFamily(simulation: Simulation, seconds: number, name: PodGauge): Family {
  const metric = POD_GAUGES[name];
  return {
    name,
    type: "gauge",
    help: metric === "cpu" ? "Cores in use by the container." : "Bytes of memory in use by the container.",
    samples: [...simulation.profiles.values()].flatMap(({ service, pods }) => {
      const value = simulation.sample(service.name, seconds)[metric];
      return Number.isNaN(value)
        ? []
        : pods.map((pod) => ({ labels: podLabels(service.namespace, pod), value: value * pod.share }));
    }),
  };
}

function counterFamily(
  simulation: Simulation,
  seconds: number,
  name: CounterName,
  totals: ReadonlyMap<string, { readonly requests: number; readonly seconds: number }>,
): Family {
  const { help, field, labels } = COUNTERS[name];
  return {
    name,
    type: "counter",
    help,
    samples: [...simulation.profiles.values()].flatMap(({ service, workloads }) =>
      Number.isNaN(simulation.sample(service.name, seconds).requests)
        ? []
        : [...workloads].map(([workload, share]) => ({
            labels: { namespace: service.namespace, service: workload, ...labels },
            value: (totals.get(service.name)?.[field] ?? 0) * share,
          })),
    ),
  };
}
