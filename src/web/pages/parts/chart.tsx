import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import type { CourseView } from "../../detail-views.ts";
import { number } from "./format.tsx";
import { usePlot } from "./plot.ts";

const HEIGHT = 140;
/** As wide as the names of the lanes above the charts (detail.css), so that all stand on one time axis. */
const GUTTER = 94;

/** A time range, unix seconds. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

export interface CourseFigureProps {
  readonly course: CourseView;
  /** Anomalies as [from, to], unix seconds. */
  readonly spans: readonly (readonly [number, number])[];
  readonly range: Range;
}

/** One metric: what was seen, the band that was expected, anomalies shaded, and the value under the pointer. */
export function CourseFigure(props: CourseFigureProps) {
  const { course, range } = props;
  const model = useRef(props);
  model.current = props;
  const [at, setAt] = useState<number | null>(null);
  const { place, plot } = usePlot(HEIGHT, (element) => {
    const drawn = new uPlot(
      options(element, () => model.current, setAt),
      toData(course),
      element,
    );
    drawn.setScale("x", range);
    return drawn;
  });
  useEffect(() => {
    plot.current?.setData(toData(course), false);
    plot.current?.setScale("x", range);
  }, [course, range]);
  return (
    <figure class="card">
      <figcaption class="row">
        <b>{course.metric}</b>
        <span class="readout faint">{readout(course, at)}</span>
      </figcaption>
      <div class="chart" role="img" aria-label={describe(course)} ref={place} />
    </figure>
  );
}

function toData({ times, low, high, seen }: CourseView): uPlot.AlignedData {
  return [times, low, high, seen];
}

function describe(course: CourseView): string {
  const { metric, seen, unit } = course;
  const last = seen.findLastIndex((value) => value !== null);
  const band = expected(course, last);
  return `${metric}: newest value ${amount(seen[last], unit)}${band === null ? "" : `, expected ${band}`}`;
}

function expected({ low, high, unit }: CourseView, at: number): string | null {
  const from = low[at] ?? null;
  return from === null ? null : `${amount(from, unit)} to ${amount(high[at], unit)}`;
}

function options(
  element: HTMLElement,
  model: () => CourseFigureProps,
  setAt: (index: number | null) => void,
): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const { unit } = model().course;
  const axis = {
    stroke: colour("--faint"),
    grid: { stroke: colour("--edge"), width: 1 },
    ticks: { show: false },
    font: "11px system-ui",
  };
  const points = { show: false };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    padding: [8, 0, 0, 0],
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
    cursor: { sync: { key: "service" }, y: false, points: { size: 6 } },
    legend: { show: false },
    scales: { x: { time: true, auto: false } },
    axes: [
      { ...axis, size: 26, values: (_, ticks) => ticks.map(timeText) },
      { ...axis, size: GUTTER, values: (_, ticks) => ticks.map((tick) => amount(tick, unit)) },
    ],
    series: [
      {},
      { stroke: "transparent", points },
      { stroke: "transparent", points },
      { stroke: colour("--link"), width: 1.6, points },
    ],
    bands: [{ series: [2, 1], fill: colour("--band") }],
    hooks: {
      drawClear: [(plot) => shade(plot, model().spans, colour("--bad-soft"))],
      setCursor: [(plot) => setAt(plot.cursor.idx ?? null)],
    },
  };
}

/** A tick of the time axis: the hour, or the day where it begins. */
function timeText(seconds: number): string {
  const text = new Date(seconds * 1000).toISOString();
  return seconds % 86_400 === 0 ? text.slice(5, 10) : text.slice(11, 16);
}

function shade(plot: uPlot, spans: CourseFigureProps["spans"], fill: string): void {
  const { left, top, width, height } = plot.bbox;
  plot.ctx.save();
  plot.ctx.fillStyle = fill;
  for (const [from, to] of spans) {
    const begin = Math.max(left, plot.valToPos(from, "x", true));
    const end = Math.min(left + width, plot.valToPos(to, "x", true));
    if (end > begin) {
      plot.ctx.fillRect(begin, top, Math.max(2, end - begin), height);
    }
  }
  plot.ctx.restore();
}

/** The value under the pointer with its time, else the newest. */
function readout(course: CourseView, at: number | null): string {
  const { times, seen, unit } = course;
  const index = at ?? seen.findLastIndex((value) => value !== null);
  const band = expected(course, index);
  const time = times[index];
  const when = at === null || time === undefined ? "" : `${new Date(time * 1000).toISOString().slice(11, 19)} UTC `;
  return `${when}${amount(seen[index], unit)}${band === null ? "" : ` (expected ${band})`}`;
}

/** A value with its unit, short. */
export function amount(value: number | null | undefined, unit?: string): string {
  if (value === null || value === undefined) {
    return "–";
  }
  switch (unit) {
    case "bytes":
      return value >= 1e9 ? `${number(value / 1e9)} GB` : `${number(value / 1e6)} MB`;
    case "seconds":
      return Math.abs(value) < 1 ? `${number(value * 1000)} ms` : `${number(value)} s`;
    case "per second":
      return `${number(value)}/s`;
    case "cores":
      return `${number(value)} cores`;
    default:
      return number(value);
  }
}
