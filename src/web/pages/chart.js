import { h } from "./dom.js";
import { number } from "./format.js";
import uPlot from "./uplot.js";

const HEIGHT = 140;
/** As wide as the names of the lanes above the charts (detail.css), so that all stand on one time axis. */
const GUTTER = 94;

/**
 * A chart of one metric: what was seen, the band that was expected, anomalies shaded. It keeps itself while the page is
 * renewed and only takes the new values. @param course as the API gives it · @param spans anomalies, [from, to] in seconds
 */
export function courseChart(course, spans, range) {
  const place = h("div", {
    class: "chart",
    "data-own": `chart-${course.metric}`,
    role: "img",
    "aria-label": describe(course),
  });
  place.model = { course, spans, range };
  place.renew = (model) => {
    place.model = model;
    place.plot?.setData(toData(model.course), false);
    place.plot?.setScale("x", model.range);
    if (place.plot) {
      readOut(place.plot, place);
    }
  };
  new ResizeObserver(() => {
    if (place.clientWidth === 0) {
      return;
    }
    if (place.plot === undefined) {
      place.plot = new uPlot(options(place), toData(place.model.course), place);
      place.plot.setScale("x", place.model.range);
    } else {
      place.plot.setSize({ width: place.clientWidth, height: HEIGHT });
    }
  }).observe(place);
  return place;
}

function toData({ times, low, high, seen }) {
  return [times, low, high, seen];
}

function describe({ metric, seen, low, high, unit }) {
  const last = seen.findLastIndex((value) => value !== null);
  const expected =
    low[last] === null || low[last] === undefined
      ? ""
      : `, expected ${amount(low[last], unit)} to ${amount(high[last], unit)}`;
  return `${metric}: newest value ${amount(seen[last], unit)}${expected}`;
}

function options(place) {
  const style = getComputedStyle(place);
  const colour = (name) => style.getPropertyValue(name).trim();
  const { course } = place.model;
  const axis = {
    stroke: colour("--faint"),
    grid: { stroke: colour("--edge"), width: 1 },
    ticks: { show: false },
    font: "11px system-ui",
  };
  const points = { show: false };
  return {
    width: place.clientWidth,
    height: HEIGHT,
    padding: [8, 0, 0, 0],
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
    cursor: { sync: { key: "service" }, y: false, points: { size: 6 } },
    legend: { show: false },
    scales: { x: { time: true, auto: false } },
    axes: [
      { ...axis, size: 26, values: (_, ticks) => ticks.map(timeText) },
      { ...axis, size: GUTTER, values: (_, ticks) => ticks.map((tick) => amount(tick, course.unit)) },
    ],
    series: [
      {},
      { stroke: "transparent", points },
      { stroke: "transparent", points },
      { stroke: colour("--link"), width: 1.6, points },
    ],
    bands: [{ series: [2, 1], fill: colour("--band") }],
    hooks: {
      drawClear: [(plot) => shade(plot, place.model.spans, colour("--bad-soft"))],
      ready: [(plot) => readOut(plot, place)],
      setCursor: [(plot) => readOut(plot, place)],
    },
  };
}

/** A tick of the time axis: the hour, or the day where it begins. */
function timeText(seconds) {
  const text = new Date(seconds * 1000).toISOString();
  return seconds % 86_400 === 0 ? text.slice(5, 10) : text.slice(11, 16);
}

function shade(plot, spans, fill) {
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

function readOut(plot, place) {
  const { idx } = plot.cursor;
  const target = place.parentElement?.querySelector(".readout");
  if (!target) {
    return;
  }
  const { times, seen, low, high, unit } = place.model.course;
  const index = idx ?? seen.findLastIndex((value) => value !== null);
  const expected =
    low[index] === null || low[index] === undefined
      ? ""
      : ` (expected ${amount(low[index], unit)} – ${amount(high[index], unit)})`;
  const when = idx === null || idx === undefined ? "" : `${new Date(times[index] * 1000).toISOString().slice(11, 19)} `;
  target.textContent = `${when}${amount(seen[index], unit)}${expected}`;
}

/** A value with its unit, short. */
export function amount(value, unit) {
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
