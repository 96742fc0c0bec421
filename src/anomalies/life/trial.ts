import type { Frame } from "../../detect/frame.ts";
import { createLive } from "../../detect/live.ts";
import { seededRandom } from "../../detect/math/random.ts";
import { quantileSorted, sortedFinite } from "../../detect/math/statistics.ts";
import type { Unit } from "../../detect/unit.ts";
import { NO_DRIFT, noteScore, stabilityIndex } from "./drift.ts";
import { sliceRows } from "./history.ts";

/** What a unit made of a stretch of time. */
export interface Trial {
  /** Rows that were judged, with the time they span in days. */
  readonly rows: number;
  readonly days: number;
  readonly events: number;
  /** Share of the rows in alert. */
  readonly alertShare: number;
  /** How far the scores are from their calibration (population stability index); what validation loss is to a network. */
  readonly loss: number;
  /** Share of the disturbances put in that went over the threshold; NaN where none were. */
  readonly noticed: number;
  /** Per row 1 where it was in alert. */
  readonly flags: Uint8Array;
}

/** Disturbances that are put into a copy of the rows, to see whether they are noticed. */
export interface Probe {
  readonly row: number;
  readonly metric: number;
  readonly shift: number;
}

const PROBE_ROWS = 5;
const PROBE_EVERY = 20;
const MOST_PROBES = 24;
/** In robust standard deviations: anybody would see it. */
const PROBE_SIZE = 10;
const YIELD_EVERY = 400;

/** Chooses where to disturb which metric: one after the other, up and down, away from each other. Repeats for a seed. */
export function chooseProbes(frame: Frame, from: number, seed: number): readonly Probe[] {
  const size = frame.metrics.length;
  const random = seededRandom(seed);
  const judged = sliceRows(frame, from);
  const spreads = frame.metrics.map((_, metric) => spreadOf(judged, metric));
  const count = Math.min(Math.floor((frame.rows - from) / PROBE_EVERY), MOST_PROBES);
  const every = count === 0 ? 0 : Math.floor((frame.rows - from) / count);
  return Array.from({ length: count }, (_, at) => {
    const metric = at % size;
    const row = from + at * every + Math.floor(random() * (every - PROBE_ROWS));
    return { row, metric, shift: (random() < 0.5 ? -1 : 1) * PROBE_SIZE * (spreads[metric] as number) };
  });
}

/**
 * Scores a frame with a fresh scorer, once as it is and once with disturbances. Rows before `from` only warm it up.
 * @param yieldToEventLoop lets others run; awaited every few hundred rows
 */
export async function tryUnit(
  unit: Unit,
  frame: Frame,
  from: number,
  probes: readonly Probe[],
  yieldToEventLoop: () => Promise<void>,
): Promise<Trial> {
  const plain = await replay(unit, frame, from, yieldToEventLoop);
  const rows = frame.rows - from;
  const span = rows < 2 ? 0 : ((frame.times?.[frame.rows - 1] ?? 0) - (frame.times?.[from] ?? 0)) / 86_400;
  const disturbed = probes.length === 0 ? null : await replay(unit, disturb(frame, probes), from, yieldToEventLoop);
  const seen = probes.filter(({ row }) =>
    disturbed?.over.subarray(row - from, row - from + PROBE_ROWS).some((isOver) => isOver === 1),
  );
  return {
    rows,
    days: span,
    events: plain.events,
    alertShare: rows === 0 ? 0 : plain.flags.reduce((sum, flag) => sum + flag, 0) / rows,
    loss: plain.loss,
    noticed: probes.length === 0 ? Number.NaN : seen.length / probes.length,
    flags: plain.flags,
  };
}

async function replay(unit: Unit, frame: Frame, from: number, yieldToEventLoop: () => Promise<void>) {
  const live = createLive(unit, { entity: "trial", service: "trial" });
  const size = frame.metrics.length;
  const flags = new Uint8Array(frame.rows - from);
  const over = new Uint8Array(frame.rows - from);
  const events = new Set<string>();
  const rule = { halfLife: Number.POSITIVE_INFINITY, limit: 0 };
  let spread = NO_DRIFT;
  for (let row = 0; row < frame.rows; row++) {
    if (row % YIELD_EVERY === YIELD_EVERY - 1) {
      await yieldToEventLoop();
    }
    const time = frame.times?.[row] ?? row;
    const point = live.push(time, frame.values.subarray(row * size, (row + 1) * size));
    if (row < from) {
      continue;
    }
    flags[row - from] = point.state === "anomalous" ? 1 : 0;
    over[row - from] = point.score >= point.threshold ? 1 : 0;
    if (point.update !== null) {
      events.add(point.update.id);
    }
    spread = point.state === "ok" ? noteScore(spread, point.probability, false, rule) : spread;
  }
  return { flags, over, events: events.size, loss: stabilityIndex(spread) };
}

function disturb(frame: Frame, probes: readonly Probe[]): Frame {
  const size = frame.metrics.length;
  const values = Float64Array.from(frame.values);
  for (const { row, metric, shift } of probes) {
    for (let at = row; at < Math.min(row + PROBE_ROWS, frame.rows); at++) {
      values[at * size + metric] = (values[at * size + metric] as number) + shift;
    }
  }
  return { ...frame, values };
}

/** Distance of the quartiles, as a standard deviation; of a steady metric a hundredth of its size. */
function spreadOf(frame: Frame, metric: number): number {
  const size = frame.metrics.length;
  const column = Float64Array.from({ length: frame.rows }, (_, row) => frame.values[row * size + metric] as number);
  const sorted = sortedFinite(column);
  if (sorted.length === 0) {
    return 1;
  }
  const spread = (quantileSorted(sorted, 0.75) - quantileSorted(sorted, 0.25)) / 1.349;
  return Math.max(spread, 0.01 * Math.abs(quantileSorted(sorted, 0.5)), 1e-9);
}

/**
 * The end of a history that is held back to judge on, with rows before it to warm up.
 * @param until Unix seconds: rows up to then may teach
 */
export function holdBack(frame: Frame, until: number, warmUpRows: number) {
  const { times, rows } = frame;
  const split = times === null ? -1 : times.subarray(0, rows).findIndex((time) => time > until);
  const cut = split < 0 ? rows : split;
  const start = Math.max(cut - warmUpRows, 0);
  return { teaching: sliceRows(frame, 0, cut), recent: sliceRows(frame, start), from: cut - start };
}
