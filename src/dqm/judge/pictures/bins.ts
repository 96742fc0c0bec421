import type { TopLevelSpec } from "vega-lite";
import type { BinEvidence } from "../../../alert/dqm.ts";
import { INKS, pictureFrame } from "./frame.ts";

const WIDTH = 720;
/** Pulls beyond this are red: the band's half width. */
const FAR = 2;

interface Point {
  readonly bin: number;
  readonly seen: number;
  readonly expected: number;
  readonly low: number;
  readonly high: number;
  readonly pull: number;
}

/** A lumisection's histogram beside its references: band and mean of ordinary lumisections, what was seen, and the pulls below. */
export function binsPicture(run: number, evidence: BinEvidence, dark = false): TopLevelSpec {
  const points = evidence.bins.map(
    (_, bin): Point => ({
      bin,
      seen: evidence.seen[bin] ?? 0,
      expected: evidence.expected[bin] ?? 0,
      low: evidence.low[bin] ?? 0,
      high: evidence.high[bin] ?? 0,
      pull: evidence.pulls[bin] ?? 0,
    }),
  );
  const x = binAxis(evidence.bins);
  return {
    ...pictureFrame(
      dark,
      `Run ${run}, lumisection ${evidence.lumi}: ${evidence.histogram}`,
      "line: seen · band: certified runs, two standard deviations · red: outside of it",
    ),
    data: { values: points },
    vconcat: [shares(points, x, dark), pulls(x, dark)],
  };
}

function binAxis(bins: readonly string[]) {
  const names = JSON.stringify(bins.map((name) => name.split(" to ")[0]));
  return {
    field: "bin",
    type: "quantitative" as const,
    title: null,
    scale: { nice: false },
    axis: { labelExpr: `${names}[datum.value]`, tickCount: 8, labelOverlap: true, grid: false },
  };
}

function shares(points: readonly Point[], x: ReturnType<typeof binAxis>, dark: boolean) {
  const ink = INKS[dark ? "dark" : "light"];
  const y = (field: keyof Point) => ({
    field,
    type: "quantitative" as const,
    title: "share of entries",
    axis: { format: ".1%", tickCount: 5 },
  });
  const step = { interpolate: "step" } as const;
  const outside = points.filter(({ seen, low, high }) => seen < low || seen > high);
  return {
    width: WIDTH,
    height: 260,
    layer: [
      {
        mark: { type: "area" as const, color: ink.band, opacity: 0.55, ...step },
        encoding: { x, y: y("low"), y2: { field: "high" } },
      },
      {
        mark: { type: "line" as const, color: ink.faint, strokeDash: [5, 4], ...step },
        encoding: { x, y: y("expected") },
      },
      { mark: { type: "line" as const, color: ink.line, strokeWidth: 2.5, ...step }, encoding: { x, y: y("seen") } },
      {
        data: { values: [...outside] },
        mark: { type: "point" as const, color: ink.out, filled: true, size: 30, opacity: 1 },
        encoding: { x, y: y("seen") },
      },
    ],
  };
}

function pulls(x: ReturnType<typeof binAxis>, dark: boolean) {
  const ink = INKS[dark ? "dark" : "light"];
  return {
    width: WIDTH,
    height: 90,
    mark: { type: "bar" as const, size: 5 },
    encoding: {
      x,
      y: { field: "pull", type: "quantitative" as const, title: "pull", axis: { tickCount: 3 } },
      color: { condition: { test: `abs(datum.pull) > ${FAR}`, value: ink.out }, value: ink.line },
    },
  };
}
