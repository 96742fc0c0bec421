import { useEffect } from "preact/hooks";
import uPlot from "uplot";
import { usePlot } from "./plot.ts";

const HEIGHT = 44;
/** Scores above so many thresholds are drawn at the top edge. */
const TOP = 4;

type Scores = readonly (readonly [number, number | null])[];

interface SparkProps {
  /** [unix seconds, score], ascending. */
  readonly scores: Scores;
  readonly threshold: number | null;
  readonly label: string;
}

/** A small chart of scores: the line, the threshold dashed, what is over the threshold marked. */
export function Spark({ scores, threshold, label }: SparkProps) {
  const data = toData(scores, threshold);
  const { place, plot } = usePlot(HEIGHT, (element) => new uPlot(options(element), data, element));
  useEffect(() => plot.current?.setData(data), [scores, threshold]);
  return <div class="spark" role="img" aria-label={label} ref={place} />;
}

/** Times, threshold, scores, and scores over the threshold with their neighbours; by square root, so that small scores show. */
function toData(scores: Scores, threshold: number | null): uPlot.AlignedData {
  const known = scores.flatMap(([, score]) => score ?? []);
  const limit = threshold ?? Math.max(...known, 1);
  const height = (score: number | null) => (score === null ? null : Math.sqrt(Math.min(score / (limit * TOP), 1)));
  const isOver = (at: number) =>
    threshold !== null && [at - 1, at, at + 1].some((near) => (scores[near]?.[1] ?? 0) > threshold);
  return [
    scores.map(([time]) => time),
    scores.map(() => (threshold === null ? null : height(threshold))),
    scores.map(([, score]) => height(score)),
    scores.map(([, score], at) => (isOver(at) ? height(score) : null)),
  ];
}

function options(element: HTMLElement): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const points = { show: false };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    padding: [3, 0, 3, 0],
    cursor: { show: false },
    legend: { show: false },
    scales: { x: { time: false }, y: { range: [0, 1] } },
    axes: [{ show: false }, { show: false }],
    series: [
      {},
      { stroke: colour("--faint"), dash: [4, 4], width: 1, points },
      { stroke: colour("--link"), width: 1.4, points },
      { stroke: colour("--bad"), width: 2, points },
    ],
  };
}
