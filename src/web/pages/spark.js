import { svg } from "./dom.js";

const WIDTH = 240;
const HEIGHT = 44;
const PAD = 3;

/**
 * A small chart of scores: the line, the threshold dashed, what is over the threshold marked.
 * Scores over four thresholds are drawn at the top edge.
 */
export function sparkline(scores, threshold, label) {
  const frame = svg("svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    class: "spark",
    role: "img",
    "aria-label": label,
    preserveAspectRatio: "none",
  });
  const known = scores.filter(([, score]) => score !== null);
  if (known.length < 2) {
    return frame;
  }
  const first = scores[0][0];
  const span = Math.max(1, scores[scores.length - 1][0] - first);
  const limit = threshold ?? Math.max(...known.map(([, score]) => score), 1);
  const top = limit * 4;
  const x = (time) => (((time - first) / span) * WIDTH).toFixed(1);
  const y = (score) => (HEIGHT - PAD - Math.sqrt(Math.min(score, top) / top) * (HEIGHT - 2 * PAD)).toFixed(1);
  if (threshold !== null) {
    const at = y(threshold);
    frame.append(svg("line", { x1: 0, x2: WIDTH, y1: at, y2: at, class: "limit" }));
  }
  frame.append(svg("path", { d: path(scores, x, y), class: "line" }));
  if (threshold !== null) {
    const over = scores.map(([time, score], index) => {
      const near = [scores[index - 1]?.[1], score, scores[index + 1]?.[1]];
      return [time, score !== null && near.some((value) => (value ?? 0) > threshold) ? score : null];
    });
    frame.append(svg("path", { d: path(over, x, y), class: "over" }));
  }
  return frame;
}

function path(points, x, y) {
  let pen = "M";
  let text = "";
  for (const [time, score] of points) {
    if (score === null) {
      pen = "M";
    } else {
      text += `${pen}${x(time)} ${y(score)}`;
      pen = "L";
    }
  }
  return text;
}
