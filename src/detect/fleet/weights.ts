/** Metrics that say the same in other units or percentiles, and what they weigh together. */
export interface MetricGroup {
  readonly metrics: readonly number[];
  readonly weight: number;
}

/** What a fault in the entity itself moves and load hardly does. */
const OWN = /mem|rss|heap/i;
const OWN_WEIGHT = 3;
/** What callers and callees move as much as a fault does. */
const DRIVEN = /network|bytes|client|workload|ops\b|requests?\b/i;
const DRIVEN_WEIGHT = 0.5;
const NODE = /^node|instance_/i;
/** What is read and what is written, received and sent, mostly goes together. */
const DIRECTION =
  /(_(read|written|write|received?|transmit(ted)?|sent)s?(?=_|$)|(Read|Write|Receive|Transmit|Sent)s?(?=_|[A-Z]|$))/g;

/** Groups metrics whose names differ in a unit, a rate, a percentile or a direction only, and weighs each by what it is. */
export function groupMetrics(metrics: readonly string[]): readonly MetricGroup[] {
  const groups = new Map<string, number[]>();
  metrics.forEach((metric, i) => {
    const stem = metric
      .replace(/\(.*?\)/g, "")
      .replace(/p\d{2,3}|_?(rate|percent|ratio)$/gi, "")
      .replace(DIRECTION, "")
      .toLowerCase();
    groups.set(stem, [...(groups.get(stem) ?? []), i]);
  });
  return [...groups].map(([stem, members]) => ({
    metrics: members,
    weight: weightOf(stem, metrics[members[0] ?? 0] ?? ""),
  }));
}

function weightOf(stem: string, name: string): number {
  if (DRIVEN.test(stem) || DRIVEN.test(name)) {
    return DRIVEN_WEIGHT;
  }
  return OWN.test(stem) && !NODE.test(stem) ? OWN_WEIGHT : 1;
}

/** Weighted mean over groups of the mean of their values. */
export function gather(values: Float64Array, groups: readonly MetricGroup[]): number {
  let sum = 0;
  let weights = 0;
  for (const { metrics, weight } of groups) {
    let total = 0;
    for (const i of metrics) {
      total += values[i] as number;
    }
    sum += (weight * total) / metrics.length;
    weights += weight;
  }
  return weights === 0 ? 0 : sum / weights;
}
