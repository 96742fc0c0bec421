import type { Series } from "./source.ts";

/** Prometheus refuses to answer with more points a series than this (web/api/v1, "exceeded maximum resolution"). */
export const MAX_POINTS = 11_000;

/** Part of a range; both ends are unix milliseconds and included. */
export interface Part {
  readonly from: number;
  readonly to: number;
}

/**
 * Splits a range into consecutive parts of at most `most` points on the grid `from + n·step`. No point is in two parts.
 * @throws RangeError when the end is before the begin, or the step is not above 0.
 */
export function splitRange(from: number, to: number, step: number, most = MAX_POINTS): readonly Part[] {
  if (!(step > 0) || !(to >= from) || !(most >= 1)) {
    throw new RangeError(`a range ends after it begins and has a step above 0 ms: ${from} to ${to} by ${step}`);
  }
  const last = Math.floor((to - from) / step);
  const parts: Part[] = [];
  for (let index = 0; index <= last; index += most) {
    parts.push({ from: from + index * step, to: from + Math.min(index + most - 1, last) * step });
  }
  return parts;
}

/** Joins the answers to consecutive parts: series of the same labels become one. */
export function stitch(parts: readonly (readonly Series[])[]): readonly Series[] {
  if (parts.length === 1) {
    return parts[0] ?? [];
  }
  const pieces = new Map<string, Series[]>();
  for (const series of parts.flat()) {
    const key = JSON.stringify(Object.entries(series.labels).sort(([left], [right]) => (left < right ? -1 : 1)));
    const known = pieces.get(key);
    if (known === undefined) {
      pieces.set(key, [series]);
    } else {
      known.push(series);
    }
  }
  return [...pieces.values()].map((all) => ({
    labels: all[0]?.labels ?? {},
    times: concatenate(all.map(({ times }) => times)),
    values: concatenate(all.map(({ values }) => values)),
  }));
}

function concatenate(arrays: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    whole.set(array, at);
    at += array.length;
  }
  return whole;
}
