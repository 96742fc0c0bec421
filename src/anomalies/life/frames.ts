import { own } from "../../alert/own.ts";
import type { Frame } from "../../detect/frame.ts";

/** Queries whose answers belong together, split into entities by the values of `by`. */
export interface EntityQueries {
  /** `{{label}}` is replaced by the label's value where `by` splits. */
  readonly name: string;
  readonly by: readonly string[];
  readonly metrics: readonly { readonly name: string; readonly query: string }[];
}

/** One series of an answer: Unix seconds, ascending, and as many values. */
export interface AnsweredSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly times: Float64Array;
  readonly values: Float64Array;
}

/** Where metrics come from, e.g. a Prometheus. */
export interface RangeSource {
  /** @param step milliseconds */
  range(query: string, from: Date, to: Date, step: number, signal?: AbortSignal): Promise<readonly AnsweredSeries[]>;
}

const MAX_ENTITIES = 5000;

/** The entity's own name for one set of labels: the template filled, or followed by the values. */
export function entityName({ name, by }: Pick<EntityQueries, "name" | "by">, labels: AnsweredSeries["labels"]): string {
  if (by.length === 0) {
    return name;
  }
  const values = by.map((label) => own(labels, label) ?? "");
  return name.includes("{{")
    ? name.replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (_, label: string) => own(labels, label) ?? "")
    : `${name}/${values.join("/")}`;
}

/**
 * Asks for all metrics of a specification between two times and lays the answers out as one frame per entity, on the grid
 * `from, from + step, …`. A metric without a value at a time is NaN there.
 * @param step milliseconds
 * @throws MetricSourceError when a query fails · @throws Error when a query gives several series for one entity
 */
export async function fetchFrames(
  source: RangeSource,
  spec: EntityQueries,
  from: Date,
  to: Date,
  step: number,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Frame>> {
  const answers = await Promise.all(spec.metrics.map(({ query }) => source.range(query, from, to, step, signal)));
  const rows = Math.floor((to.getTime() - from.getTime()) / step) + 1;
  const metrics = spec.metrics.map(({ name }) => name);
  const frames = new Map<string, Frame>();
  const frameOf = (entity: string): Frame => {
    const known = frames.get(entity);
    if (known !== undefined) {
      return known;
    }
    if (frames.size >= MAX_ENTITIES) {
      throw new Error(`${spec.name}: more than ${MAX_ENTITIES} entities by ${spec.by.join(", ")}; use fewer labels`);
    }
    const frame = emptyFrame(metrics, rows, from, step);
    frames.set(entity, frame);
    return frame;
  };
  if (spec.by.length === 0) {
    frameOf(spec.name);
  }
  answers.forEach((series, column) => {
    const seen = new Set<string>();
    for (const one of series) {
      const entity = entityName(spec, one.labels);
      if (seen.has(entity)) {
        throw new Error(
          `${spec.name}: metric ${metrics[column]} gives several series for ${entity}: aggregate it with sum or max`,
        );
      }
      seen.add(entity);
      fillColumn(frameOf(entity), column, one, from, step);
    }
  });
  return frames;
}

function emptyFrame(metrics: readonly string[], rows: number, from: Date, step: number): Frame {
  return {
    metrics,
    rows,
    values: new Float64Array(rows * metrics.length).fill(Number.NaN),
    times: Float64Array.from({ length: rows }, (_, row) => (from.getTime() + row * step) / 1000),
  };
}

function fillColumn(frame: Frame, column: number, series: AnsweredSeries, from: Date, step: number): void {
  for (let i = 0; i < series.times.length; i++) {
    const row = Math.round(((series.times[i] as number) * 1000 - from.getTime()) / step);
    if (row >= 0 && row < frame.rows) {
      frame.values[row * frame.metrics.length + column] = series.values[i] as number;
    }
  }
}
