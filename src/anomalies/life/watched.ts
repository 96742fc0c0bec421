import type { Anomaly } from "../../alert/anomaly.ts";
import { hourOfWeekIn } from "../../detect/events/local-hour.ts";
import { rangeAtHour } from "../../detect/events/profile.ts";
import type { Frame } from "../../detect/frame.ts";
import { createLive, type Live, type LivePoint, type LiveState } from "../../detect/live.ts";
import type { Unit } from "../../detect/unit.ts";
import { type DriftRule, type DriftState, NO_DRIFT, noteScore } from "./drift.ts";
import { sliceRows } from "./history.ts";

/** An entity with its trained unit, scored point by point. */
export interface Watched {
  readonly entity: string;
  readonly service: string;
  readonly unit: Unit;
  readonly live: Live;
  /** Unix seconds of the last point scored; null before the first. */
  lastTime: number | null;
  drift: DriftState;
}

/** What is kept of a watched entity over a restart; JSON-serialisable. */
export interface WatchedState extends LiveState {
  readonly drift?: DriftState;
}

/** Rows that warm up a fresh scorer: windows, smoothing and level have settled after them. */
export const WARM_UP_ROWS = 240;
/**
 * Seconds, and at least so many points, in which half of what drift looks at is forgotten. With half of it, an ordinary day's ups
 * and downs reach an index of .8 on the very data that a model learnt (SMD); with a day, .5.
 */
const HALF_LIFE_SECONDS = 86_400;
const FEWEST_HALF_LIFE = 240;

/** Starts scoring an entity with a unit; a state of the same version is continued, of another only its open event. */
export function watch(unit: Unit, entity: string, service: string, state?: WatchedState): Watched {
  const isSame = state?.version === unit.version;
  return {
    entity,
    service,
    unit,
    live: createLive(unit, { entity, service }, state),
    lastTime: state?.time ?? null,
    drift: isSame ? (state.drift ?? NO_DRIFT) : NO_DRIFT,
  };
}

/** What to save, so that a restart goes on here. */
export function stateOf(watched: Watched): WatchedState {
  return { ...watched.live.state(), drift: watched.drift };
}

/**
 * Runs the end of the history through a fresh scorer, so that the first live point already has its window. An event that is
 * open in `before`, the state of the model that was replaced, stays open.
 */
export function warmUp(unit: Unit, entity: string, service: string, history: Frame, before?: WatchedState): Watched {
  const fresh = watch(unit, entity, service);
  scoreNewRows(fresh, sliceRows(history, Math.max(history.rows - WARM_UP_ROWS, 0)));
  if (before === undefined) {
    return fresh;
  }
  const warm = fresh.live.state();
  const time = Math.max(warm.time ?? 0, before.time ?? 0) || null;
  return watch(unit, entity, service, { ...warm, time, tracker: before.tracker });
}

/** Who sees each point as it is scored. `values` and the point's arrays are reused by the next one. */
export type PointListener = (watched: Watched, point: LivePoint, values: Float64Array) => void;

/** Scores the rows of a frame that are new, and gives the events that changed, each as it is at the end. */
export function scoreNewRows(watched: Watched, frame: Frame, onPoint?: PointListener): readonly Anomaly[] {
  const size = frame.metrics.length;
  const updates = new Map<string, Anomaly>();
  const rule = driftRule(watched.unit, 0);
  for (let row = 0; row < frame.rows; row++) {
    const time = frame.times?.[row] as number;
    if (time <= (watched.lastTime ?? Number.NEGATIVE_INFINITY)) {
      continue;
    }
    watched.lastTime = time;
    const values = frame.values.subarray(row * size, (row + 1) * size);
    const point = watched.live.push(time, values);
    if (point.update !== null) {
      updates.set(point.update.id, point.update);
    }
    if (point.state === "ok" || (point.state === "anomalous" && Number.isFinite(point.score))) {
      const probability = point.state === "ok" ? point.probability : Number.NaN;
      watched.drift = noteScore(watched.drift, probability, point.raw > watched.unit.usual, rule);
    }
    onPoint?.(watched, point, values);
  }
  return [...updates.values()];
}

/** How drift is judged for a unit. @param limit population stability index from which it is drift; 0 never */
export function driftRule(unit: Unit, limit: number): DriftRule {
  return { halfLife: Math.max(HALF_LIFE_SECONDS / (unit.trained.step ?? 60), FEWEST_HALF_LIFE), limit };
}

/** Gives what is ordinary of each metric at a time: of its hour of the week, or of any hour where history does not tell them apart. */
export function bandsOf(unit: Unit): (time: number) => { low: number[]; high: number[] } {
  const hourOfWeek = hourOfWeekIn(unit.timeZone);
  return (time) => {
    const hour = hourOfWeek(time);
    const ranges = unit.profiles.map((profile) => rangeAtHour(profile, hour) ?? profile.overall);
    return {
      low: ranges.map((range) => range?.low ?? Number.NaN),
      high: ranges.map((range) => range?.high ?? Number.NaN),
    };
  };
}
