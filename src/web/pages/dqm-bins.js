import { svg } from "./dom.js";

const WIDTH = 760;
const HEIGHT = 220;
const PULLS = 70;
const GAP = 24;
const FAR = 2;

/** A lumisection's histogram beside its references: the band of certified runs, their mean, what was seen, and the pulls below. */
export function binsChart({ bins, seen, expected, low, high, pulls, histogram, lumi }) {
  const step = WIDTH / bins.length;
  const top = Math.max(...seen, ...high) || 1;
  const y = (share) => (HEIGHT * (1 - share / top)).toFixed(1);
  const x = (bin) => (bin * step).toFixed(1);
  const steps = (values) => values.flatMap((share, bin) => [`${x(bin)},${y(share)}`, `${x(bin + 1)},${y(share)}`]);
  const most = Math.max(FAR, ...pulls.map(Math.abs));
  const middle = HEIGHT + GAP + PULLS / 2;
  return svg(
    "svg",
    {
      class: "bins",
      viewBox: `0 -6 ${WIDTH} ${HEIGHT + GAP + PULLS + 12}`,
      role: "img",
      "aria-label": `${histogram} in lumisection ${lumi} beside certified runs; what is off is said below`,
    },
    svg("polygon", { class: "band", points: [...steps(high), ...steps(low).reverse()].join(" ") }),
    svg("polyline", { class: "expected", points: steps(expected).join(" ") }),
    svg("polyline", { class: "seen", points: steps(seen).join(" ") }),
    svg("line", { class: "axis", x1: 0, x2: WIDTH, y1: HEIGHT, y2: HEIGHT }),
    [0, 0.25, 0.5, 0.75].map((part) => {
      const bin = Math.floor(part * bins.length);
      return svg("text", { x: x(bin), y: HEIGHT + 15 }, bins[bin].split(" to ")[0]);
    }),
    pulls.map((pull, bin) => {
      const length = (Math.abs(pull) / most) * (PULLS / 2);
      const box = { x: x(bin), y: (pull > 0 ? middle - length : middle).toFixed(1), width: Math.max(step - 1, 0.5) };
      const title = svg("title", {}, `${bins[bin]}: ${pull.toFixed(1)} standard deviations`);
      return svg(
        "rect",
        { ...box, height: length.toFixed(1), class: Math.abs(pull) > FAR ? "pull far" : "pull" },
        title,
      );
    }),
  );
}
