import type { CollectQuery } from "./plan.ts";

const BARE = /^\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(\{[^{}]*\})?\s*$/;
const COUNTER_NAME = /_(total|count|sum|bucket)$/;
const SHORTEST_WINDOW = 60_000;
const POINTS_IN_WINDOW = 4;

/** The metric's name when the query is nothing but a selector, else null: a query that computes is left as it is. */
export function bareMetric(query: string): string | null {
  return BARE.exec(query)?.[1] ?? null;
}

/**
 * Whether the metric is a counter: by what the server says of it, else by how counters are named.
 * @param type type as the server's metadata gives it, null when it knows none
 */
export function isCounter(metric: string, type: string | null): boolean {
  return type === null || type === "unknown" ? COUNTER_NAME.test(metric) : type === "counter" || type === "histogram";
}

/**
 * The counter's rate per second, over four steps or a minute. The server computes it, so a reset (a restart) is no fall,
 * and what was counted between two points is not lost.
 */
export function asRate(query: string, step: number): string {
  const window = Math.max(SHORTEST_WINDOW, POINTS_IN_WINDOW * step);
  return `rate(${query.trim()}[${Math.ceil(window / 1000)}s])`;
}

/** The queries with every bare counter replaced by its rate. @param typeOf what the server says of a metric */
export function withRates(
  queries: readonly CollectQuery[],
  step: number,
  typeOf: (metric: string) => Promise<string | null>,
): Promise<readonly CollectQuery[]> {
  return Promise.all(
    queries.map(async (query) => {
      const metric = bareMetric(query.query);
      return metric !== null && isCounter(metric, await typeOf(metric))
        ? { ...query, query: asRate(query.query, step) }
        : query;
    }),
  );
}
