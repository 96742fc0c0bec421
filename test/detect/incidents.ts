import type { AnomalyClass, AnomalyKind } from "../../src/alert/anomaly.ts";
import type { Frame } from "../../src/detect/frame.ts";
import { seededRandom } from "../../src/detect/math/random.ts";

/** What is known of a made-up incident, and its data. */
export interface Incident {
  readonly name: string;
  readonly kind: AnomalyKind;
  readonly class: AnomalyClass;
  readonly metric: string;
  /** What the metric is at the height of the incident, without noise; lowest and highest where it goes on with the day. */
  readonly value: readonly [number, number];
  /** First and last row of the incident in `fresh`. */
  readonly from: number;
  readonly to: number;
  readonly history: Frame;
  readonly fresh: Frame;
}

const METRICS = ["request_rate", "latency_p95", "cpu", "memory", "http_401_rate", "errors_5xx_rate", "restarts", "up"];
type Metric = (typeof METRICS)[number];
const START = 1_767_225_600;
const DAY_ROWS = 288;
const STEP = 300;
const HISTORY_DAYS = 7;

/** How a metric is raised or lowered while the incident lasts. */
interface Shape {
  readonly kind: AnomalyKind;
  readonly rows: () => number;
  /** 0 to 1 over the incident. */
  readonly course: (row: number, rows: number) => number;
}

const between = (random: () => number, low: number, high: number) => low + random() * (high - low);

/** Incident number `seed`: shape, metric, height, noise and season are drawn from it. */
export function incident(seed: number): Incident {
  const random = seededRandom(seed * 7919 + 13);
  const noise = () => (random() + random() + random() + random() - 2) * Math.sqrt(3);
  for (let i = 0; i < 20; i++) {
    random();
  }
  const season = random() < 0.6 ? 0.8 : 0;
  const what = draw(random, season);
  const isApart = what.shape === "apart";
  const spread = between(random, 0.5, 1.5);
  const loadAt = (row: number) => {
    // Where requests and CPU come apart, each day has another load, so that either alone may be what it is.
    const day = isApart ? 1 + 0.2 * Math.sin((2 * Math.PI * row) / (2.3 * DAY_ROWS)) : 1;
    return 100 * day * (1 + season * Math.sin((2 * Math.PI * row) / DAY_ROWS));
  };
  const usual = (row: number): Record<Metric, number> => {
    const load = loadAt(row);
    return {
      request_rate: Math.max(load + 4 * spread * noise(), 0),
      latency_p95: 0.05 + 0.00006 * load + 0.003 * spread * noise(),
      cpu: 0.2 + load / 400 + 0.02 * spread * noise(),
      memory: 2e9 + 2e7 * spread * noise(),
      http_401_rate: Math.max(1 + 0.2 * spread * noise(), 0),
      errors_5xx_rate: Math.max(0.5 + 0.1 * spread * noise(), 0),
      restarts: 0,
      up: 1,
    };
  };
  const APART = 0.12;
  const apart = (own: number) => (own > 0.5 ? own - APART : own + APART);
  const shapes: Record<string, Shape> = {
    spike: { kind: "point", rows: () => 1 + Math.floor(random() * 2), course: () => 1 },
    shift: { kind: "point", rows: () => 8 + Math.floor(random() * 40), course: () => 1 },
    ramp: {
      kind: "point",
      rows: () => 12 + Math.floor(random() * 24),
      course: (row, rows) => Math.min((row + 1) / (0.6 * rows), 1),
    },
    hours: { kind: "contextual", rows: () => 10 + Math.floor(random() * 20), course: () => 1 },
    apart: { kind: "collective", rows: () => 16 + Math.floor(random() * 24), course: () => 1 },
  };
  const shape = shapes[what.shape] as Shape;
  const rows = shape.rows();
  const from = what.at + Math.floor(random() * 10);
  const to = from + rows - 1;
  const height = what.value(random);
  const goalOf = (own: number) => (isApart ? apart(own) : height);
  const apartFrom = (): [number, number] => {
    const values = Array.from({ length: rows }, (_, row) =>
      apart(0.2 + loadAt(HISTORY_DAYS * DAY_ROWS + from + row) / 400),
    );
    return [Math.min(...values), Math.max(...values)];
  };
  const table = (count: number, offset: number, disturbed: boolean): Frame => {
    const values = new Float64Array(count * METRICS.length);
    for (let row = 0; row < count; row++) {
      const now = usual(row + offset);
      const inside = disturbed && row >= from && row <= to;
      METRICS.forEach((metric, i) => {
        const own = now[metric] as number;
        const part = inside && metric === what.metric ? shape.course(row - from, rows) : 0;
        values[row * METRICS.length + i] = part === 0 ? own : own + part * (goalOf(own) * (1 + 0.01 * noise()) - own);
      });
    }
    const times = Float64Array.from({ length: count }, (_, row) => START + (row + offset) * STEP);
    return { metrics: METRICS, rows: count, values, times };
  };
  return {
    name: `${what.shape} of ${what.metric}${isApart ? "" : ` to ${height.toPrecision(3)}`}${season > 0 ? ", seasonal" : ""}`,
    kind: shape.kind,
    class: what.class,
    metric: what.metric,
    value: what.shape === "apart" ? apartFrom() : [height, height],
    from,
    to,
    history: table(HISTORY_DAYS * DAY_ROWS, 0, false),
    fresh: table(DAY_ROWS, HISTORY_DAYS * DAY_ROWS, true),
  };
}

interface What {
  readonly shape: string;
  readonly metric: Metric;
  readonly class: AnomalyClass;
  readonly at: number;
  readonly value: (random: () => number) => number;
}

const SHAPES = ["spike", "shift", "ramp", "hours", "spike", "shift", "ramp", "hours", "apart"];

/** Loads are highest around row 72 of a day and lowest around row 216. */
function draw(random: () => number, season: number): What {
  const outside: readonly Omit<What, "shape" | "at">[] = [
    { metric: "latency_p95", class: "performance", value: (r) => between(r, 0.15, 2) },
    { metric: "cpu", class: "performance", value: (r) => between(r, 0.95, 1) },
    { metric: "memory", class: "performance", value: (r) => between(r, 2.6e9, 6e9) },
    { metric: "http_401_rate", class: "security", value: (r) => between(r, 5, 60) },
    { metric: "errors_5xx_rate", class: "availability", value: (r) => between(r, 3, 40) },
    { metric: "restarts", class: "availability", value: (r) => between(r, 1, 4) },
    { metric: "up", class: "availability", value: () => 0 },
    { metric: "request_rate", class: "availability", value: (r) => between(r, 0, 2) },
  ];
  const shape = SHAPES[Math.floor(random() * SHAPES.length)] as string;
  const at = Math.floor(between(random, 40, 200));
  if (season > 0 && shape === "hours") {
    return { shape, at: 205, metric: "cpu", class: "performance", value: (r) => between(r, 0.42, 0.58) };
  }
  if (season > 0 && shape === "apart") {
    return { shape, at: 62, metric: "cpu", class: "performance", value: (r) => between(r, 0.4, 0.48) };
  }
  const one = outside[Math.floor(random() * outside.length)] as Omit<What, "shape" | "at">;
  const plain = shape === "hours" || shape === "apart" ? "spike" : shape;
  return { ...one, shape: plain, at };
}
