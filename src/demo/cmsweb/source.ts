import type { Labels } from "../../alert/alert.ts";
import type { Clock } from "../../alert/clock.ts";
import { matchesAll, parseMatchers } from "../../alert/matcher.ts";
import { defaultMetrics } from "../../config/metrics.ts";
import { type MetricSource, MetricSourceError, type Sample, type Series } from "../../prometheus/source.ts";
import { POD_GAUGES, type PodGauge, podLabels } from "./families.ts";
import type { Simulation } from "./simulation.ts";

const MAX_POINTS = 2_000_000;
const POINTS_PER_TURN = 5000;

/** One series that the simulation can compute. */
interface Computed {
  readonly labels: Labels;
  readonly at: (seconds: number) => number;
}

/**
 * The simulated CMSWEB as a source of metrics. It answers the default queries of every service, and selectors of the
 * pods' CPU and memory such as `eagle_pod_container_resource_usage_cpu_cores{namespace="das"}`. The future has no points.
 */
export function createSimulatedSource(simulation: Simulation, clock: Clock): MetricSource {
  const known = new Map<string, Computed>();
  for (const { service } of simulation.profiles.values()) {
    for (const { name, query } of defaultMetrics(service)) {
      known.set(query, { labels: {}, at: (seconds) => simulation.sample(service.name, seconds)[name] });
    }
  }
  const find = (query: string): readonly Computed[] => {
    const exact = known.get(query);
    const found = exact === undefined ? podSeries(simulation, query) : [exact];
    if (found === null) {
      throw new MetricSourceError(
        `the simulated CMSWEB cannot answer \`${query}\` — it knows the default metrics of its services; for other PromQL set prometheus.url`,
        false,
      );
    }
    return found;
  };
  return {
    name: "simulated",
    async range(query, from, to, step, signal) {
      if (!(step > 0)) {
        throw new RangeError(`a step is longer than 0 ms, not ${step}`);
      }
      const end = Math.min(to.getTime(), clock().getTime());
      const count = Math.max(0, Math.floor((end - from.getTime()) / step) + 1);
      const computed = find(query);
      if (count * computed.length > MAX_POINTS) {
        throw new MetricSourceError(`${count * computed.length} points are too many — ask for a shorter range`, false, {
          tooLarge: true,
        });
      }
      const answer: Series[] = [];
      for (const series of computed) {
        answer.push(await computeSeries(series, from.getTime() / 1000, step / 1000, count, signal));
      }
      return answer.filter(({ times }) => times.length > 0);
    },
    async instant(query, at) {
      const time = Math.min(at.getTime(), clock().getTime()) / 1000;
      return find(query)
        .map((series): Sample => ({ labels: series.labels, time, value: series.at(time) }))
        .filter(({ value }) => !Number.isNaN(value));
    },
    reachable: async () => ({ ok: true }),
  };
}

async function computeSeries(
  series: Computed,
  from: number,
  step: number,
  count: number,
  signal: AbortSignal | undefined,
): Promise<Series> {
  const times = new Float64Array(count);
  const values = new Float64Array(count);
  let length = 0;
  for (let index = 0; index < count; index++) {
    const time = from + index * step;
    const value = series.at(time);
    if (!Number.isNaN(value)) {
      times[length] = time;
      values[length] = value;
      length += 1;
    }
    if (index % POINTS_PER_TURN === POINTS_PER_TURN - 1) {
      signal?.throwIfAborted();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return { labels: series.labels, times: times.slice(0, length), values: values.slice(0, length) };
}

function podSeries(simulation: Simulation, query: string): readonly Computed[] | null {
  const selector = /^\s*([a-z_]+)\s*(\{.*\})?\s*$/s.exec(query);
  const name = selector?.[1] ?? "";
  if (!Object.hasOwn(POD_GAUGES, name)) {
    return null;
  }
  const metric = POD_GAUGES[name as PodGauge];
  const matchers = parseMatchers(selector?.[2] ?? "");
  return [...simulation.profiles.values()].flatMap(({ service, pods }) =>
    pods
      .map((pod) => ({
        labels: { __name__: name, ...podLabels(service.namespace, pod) },
        at: (seconds: number) => simulation.sample(service.name, seconds)[metric] * pod.share,
      }))
      .filter(({ labels }) => matchesAll(matchers, labels)),
  );
}
