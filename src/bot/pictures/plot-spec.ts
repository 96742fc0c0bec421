import type { TopLevelSpec } from "vega-lite";
import type { MetricSeries } from "../../status/status-types.ts";

/** Colours that keep a contrast of 4.5 for text and 3 for lines on their ground. */
export const PALETTES = {
  light: {
    ground: "#ffffff",
    text: "#1b1e23",
    faint: "#5a626d",
    line: "#0b5cad",
    band: "#9cc4e8",
    out: "#d6293e",
    grid: "#e4e7eb",
  },
  dark: {
    ground: "#1a1d21",
    text: "#e8eaed",
    faint: "#a7afb9",
    line: "#6cb2f7",
    band: "#2c5a83",
    out: "#ff7a86",
    grid: "#2e343b",
  },
} as const;

const WIDTH = 720;
const HEIGHT = 300;
/** More points than pixels only cost time. */
const MAX_POINTS = 1440;

interface Point {
  readonly time: number;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** The picture as a Vega-Lite specification: band below, anomalous spans shaded, the value as a line, large letters. */
export function plotSpec(series: MetricSeries, dark: boolean): TopLevelSpec {
  const colours = PALETTES[dark ? "dark" : "light"];
  const points = thinned(series);
  const end = points.at(-1)?.time ?? 0;
  const spans = series.anomalous.map(({ from, to }) => ({
    from: Math.max(from.getTime(), points[0]?.time ?? 0),
    to: to?.getTime() ?? end,
  }));
  const unit = series.unit === null ? "" : ` (${series.unit})`;
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    width: WIDTH,
    height: HEIGHT,
    background: colours.ground,
    padding: 16,
    title: {
      text: `${series.entity}: ${series.metric}${unit}`,
      subtitle: "line: value · band: expected · shaded: anomalous · times in UTC",
      anchor: "start",
      fontSize: 22,
      subtitleFontSize: 15,
      subtitlePadding: 6,
      offset: 14,
      color: colours.text,
      subtitleColor: colours.faint,
    },
    layer: [
      {
        data: { values: spans },
        mark: { type: "rect", color: colours.out, opacity: 0.2 },
        encoding: { x: { field: "from", type: "temporal", scale: { type: "utc" } }, x2: { field: "to" } },
      },
      {
        data: { values: points },
        mark: { type: "area", color: colours.band, opacity: 0.55 },
        encoding: { ...timeAxis(), y: { field: "low", type: "quantitative", title: null }, y2: { field: "high" } },
      },
      {
        data: { values: points },
        mark: { type: "line", color: colours.line, strokeWidth: 2.5, invalid: "break-paths-show-domains" },
        encoding: {
          ...timeAxis(),
          y: {
            field: "value",
            type: "quantitative",
            title: null,
            axis: { tickCount: 5, format: "~s" },
            scale: { zero: false, nice: true },
          },
        },
      },
      {
        data: { values: points.filter(isOutside) },
        mark: { type: "point", color: colours.out, filled: true, size: 36, opacity: 1 },
        encoding: { ...timeAxis(), y: { field: "value", type: "quantitative", title: null } },
      },
    ],
    config: {
      font: "DejaVu Sans, Arial, sans-serif",
      view: { stroke: null },
      axis: {
        labelFontSize: 16,
        labelColor: colours.text,
        gridColor: colours.grid,
        domainColor: colours.faint,
        tickColor: colours.faint,
      },
    },
  };
}

function timeAxis() {
  return {
    x: {
      field: "time",
      type: "temporal",
      title: null,
      scale: { type: "utc" },
      axis: { tickCount: 6, labelOverlap: true, grid: false, format: "%H:%M" },
    },
  } as const;
}

function isOutside({ value, low, high }: Point): boolean {
  return value !== null && ((high !== null && value > high) || (low !== null && value < low));
}

/** Every n-th point, but always the highest of its n: peaks must not vanish. */
function thinned({ times, values, low, high }: MetricSeries): readonly Point[] {
  const points = times.map((time, index) => ({
    time,
    value: values[index] ?? null,
    low: low[index] ?? null,
    high: high[index] ?? null,
  }));
  const step = Math.ceil(points.length / MAX_POINTS);
  if (step <= 1) {
    return points;
  }
  const kept: Point[] = [];
  for (let index = 0; index < points.length; index += step) {
    const bucket = points.slice(index, index + step);
    kept.push(
      bucket.reduce((best, one) =>
        (one.value ?? Number.NEGATIVE_INFINITY) > (best.value ?? Number.NEGATIVE_INFINITY) ? one : best,
      ),
    );
  }
  return kept;
}
