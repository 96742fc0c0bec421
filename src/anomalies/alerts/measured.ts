import type { MetricUnit } from "../../config/metrics.ts";

const PREFIXES = [
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
] as const;

/** A value with its unit, three significant digits: `312 ms`, `11.6 cores`, `3.27 GB`, `215/s`, `4.1 k`. */
export function measured(value: number, unit: MetricUnit): string {
  switch (unit) {
    case "seconds":
      return Math.abs(value) < 1 ? `${digits(1000 * value)} ms` : `${digits(value)} s`;
    case "bytes":
      return joined(value, "B", 1000);
    case "per second":
      return `${joined(value, "", 10_000).trimEnd()}/s`;
    case "cores":
      return `${digits(value)} cores`;
    case "":
      return joined(value, "", 1000).trimEnd();
  }
}

function joined(value: number, unit: string, prefixFrom: number): string {
  const size = Math.abs(value);
  const found = size >= prefixFrom ? PREFIXES.find(([limit]) => size >= limit) : undefined;
  return found === undefined ? `${digits(value)} ${unit}` : `${digits(value / found[0])} ${found[1]}${unit}`;
}

function digits(value: number): string {
  return String(Number(value.toPrecision(3)));
}
