import type { MetricSeries } from "../../status/status-types.ts";
import { formatNumber, offBy } from "../messages/numbers.ts";
import type { DrawPicture } from "../parts.ts";
import { drawSpec } from "./draw-spec.ts";
import { plotSpec } from "./plot-spec.ts";

/** Draws a metric's course with its expected band and its anomalous spans as a PNG of 1600 × 840 pixels. */
export const drawPlot: DrawPicture = async (series, { dark }) => ({
  png: await drawSpec(plotSpec(series, dark), { dark }),
  altText: describeSeries(series),
});

/** The picture in words: where the value is, where it was expected, since when it is out. */
export function describeSeries({ entity, metric, unit, times, values, low, high, anomalous }: MetricSeries): string {
  const last = values.findLastIndex((value) => value !== null);
  const value = values[last];
  if (last < 0 || value === null || value === undefined) {
    return `${metric} of ${entity}: no values`;
  }
  const [from, to] = [low[last], high[last]];
  const shown = (number: number) => `${formatNumber(number)}${unit === null ? "" : ` ${unit}`}`;
  const band =
    from === null || from === undefined || to === null || to === undefined
      ? "no expected band is known"
      : `expected ${shown(from)} to ${shown(to)}${value > to ? `, ${offBy(value, to)} than its upper edge` : value < from ? `, ${offBy(value, from)} than its lower edge` : ", so it is within it"}`;
  const since = anomalous.find(({ to: end }) => end === null)?.from;
  return [
    `Line of ${metric} of ${entity} from ${utc(times[0])} to ${utc(times[last])} UTC.`,
    `Last ${shown(value)}; ${band}.`,
    since === undefined ? "Nothing is anomalous now." : `Anomalous since ${utc(since.getTime())} UTC (shaded).`,
  ].join(" ");
}

function utc(at: number | undefined): string {
  return at === undefined ? "?" : new Date(at).toISOString().slice(0, 16).replace("T", " ");
}
