import type { Frame } from "../../detect/frame.ts";
import type { MetricSource, Series } from "../../prometheus/source.ts";
import { type EntitySpec, entityName } from "./entities.ts";

const MAX_ENTITIES = 5000;

/**
 * Asks for all metrics of a specification between two times and lays the answers out as one frame per entity, on the grid
 * `from, from + step, …`. A metric without a value at a time is NaN there.
 * @param step milliseconds
 * @throws MetricSourceError when a query fails · @throws Error when a query gives several series for one entity
 */
export async function fetchFrames(
  source: MetricSource,
  spec: EntitySpec,
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

function fillColumn(frame: Frame, column: number, series: Series, from: Date, step: number): void {
  for (let i = 0; i < series.times.length; i++) {
    const row = Math.round(((series.times[i] as number) * 1000 - from.getTime()) / step);
    if (row >= 0 && row < frame.rows) {
      frame.values[row * frame.metrics.length + column] = series.values[i] as number;
    }
  }
}
