import type { Anomaly } from "../alert/anomaly.ts";
import { own } from "../alert/own.ts";
import { hourOfWeekIn } from "./events/local-hour.ts";
import { NO_EVENT, type ScoredPoint, type TrackerContext, type TrackerState, trackPoint } from "./events/tracker.ts";
import { surpriseOf } from "./threshold/calibration.ts";
import { followLevel, type LevelState, startLevel } from "./threshold/level.ts";
import { limitOf } from "./threshold/limit.ts";
import { createSpot, type SpotState } from "./threshold/spot.ts";
import type { MetricRule, Unit } from "./unit.ts";

/** Who is scored. */
export interface LiveOptions {
  readonly entity: string;
  readonly service: string;
  /** Points in a row without any value that make an event of class availability; 5 when not given. */
  readonly noDataAfter?: number;
}

/** What is said of one point. */
export interface LivePoint {
  readonly time: number;
  /** −log10 of `probability`; NaN where no metric has a value. */
  readonly score: number;
  /** Of so high an alert score in ordinary times. */
  readonly probability: number;
  /** The detector's own score, which ranks rows. */
  readonly raw: number;
  /** In units of `score`. */
  readonly threshold: number;
  /** How far over its threshold the point is, 1 or more, or under it; NaN where it is not scored. */
  readonly ratio: number;
  /** The same of the present alone, which keeps an event open or lets it end. */
  readonly present: number;
  /** The row itself is plainly ordinary; undefined where the detector does not tell. */
  readonly isClear?: boolean | undefined;
  /** `learning`: history had none of the metrics that have a value now. */
  readonly state: "ok" | "anomalous" | "learning" | "missing";
  /** Metrics without a value at this point. */
  readonly missing: readonly string[];
  /** Per metric, 0 or more: how much of the score it caused; reused by the next push. */
  readonly contributions: Float64Array;
  /** The event as it is now, when one opened, lasts or closed at this point. */
  readonly update: Anomaly | null;
}

/** Scores an entity's points as they come. */
export interface Live {
  /**
   * @param time Unix seconds; a point that is not later than the last one is ignored: the last answer is given again without
   * its update, after a restart `missing` without a score · @param row a value per metric in the unit's order, NaN where missing
   * @throws RangeError for a row of another length
   */
  push(time: number, row: ArrayLike<number>): LivePoint;
  /** State to continue from after a restart; JSON-serialisable. */
  state(): LiveState;
}

/** JSON-serialisable; belongs to one version of a unit. */
export interface LiveState {
  readonly version: string;
  readonly time: number | null;
  readonly missingRun: number;
  readonly level: LevelState;
  readonly spot: SpotState;
  readonly tracker: TrackerState;
  readonly scorer: unknown;
}

const NO_DATA_AFTER = 5;
/**
 * A row no further from its level than this many times what nine of ten stay below is plainly ordinary. At 1.0 ASD's events end ten
 * minutes later, at three of four such rows no sooner.
 */
const CLEAR_ROW = 1.2;

/**
 * Starts scoring an entity, or continues from a saved state. A state of another version of the unit keeps the open event and
 * drops the scorer's memory.
 */
export function createLive(unit: Unit, options: LiveOptions, saved?: LiveState): Live {
  const scorer = unit.model.scorer(saved?.version === unit.version ? saved.scorer : undefined);
  const context = contextOf(unit, options);
  const size = unit.metrics.length;
  const row = new Float64Array(size);
  const unknown = new Float64Array(size).fill(Number.NaN);
  const known = unit.profiles.map((profile) => profile.overall !== null);
  const spot = createSpot(unit.calibration, saved?.version === unit.version ? saved.spot : undefined);
  let limit = limitOf(spot.calibration, unit.threshold.risk, unit.bounds);
  let threshold = surpriseOf(spot.calibration, limit);
  let tracker = saved?.tracker ?? NO_EVENT;
  let time = saved?.time ?? null;
  let missingRun = saved?.missingRun ?? 0;
  let level = saved?.version === unit.version ? saved.level : startLevel(unit.level);
  let last: LivePoint | null = null;
  const amounts = new Float64Array(size);

  const score = (at: number): LivePoint => {
    const missing = unit.metrics.filter((_, i) => Number.isNaN(row[i]));
    if (missing.length === size) {
      return noData(at, missing);
    }
    missingRun = 0;
    const { score: raw, alertScore = raw, short, contributions, expected } = scorer.push(row, at);
    amounts.set(contributions);
    const height = Math.exp(level.log);
    const relative = alertScore / height;
    const all = (short?.all ?? alertScore) / height;
    const isClear = short === undefined ? undefined : short.row < CLEAR_ROW;
    const present = Math.min(all, (short?.level ?? alertScore) / height) / limit;
    const ratio = Math.min(relative, all) / limit;
    level = followLevel(level, alertScore, at, unit.level);
    const surprise = surpriseOf(spot.calibration, relative);
    const point = { time: at, row, score: surprise, threshold, ratio, present, isClear, contributions, expected };
    const counted = matters(unit, point) ? point : withoutWeight(point);
    const learning = !known.some((has, i) => has && !Number.isNaN(row[i]));
    const answered = answer(at, { surprise, raw }, missing, learning ? null : counted, learning ? "learning" : "ok");
    if (answered.state === "ok" && relative < limit) {
      learn(relative);
    }
    return answered;
  };

  /** What is ordinary moves the tail, and the tail the threshold of the points to come. */
  const learn = (relative: number) => {
    if (spot.learn(relative)) {
      limit = limitOf(spot.calibration, unit.threshold.risk, unit.bounds);
      threshold = surpriseOf(spot.calibration, limit);
    }
  };

  const noData = (at: number, missing: readonly string[]): LivePoint => {
    missingRun++;
    amounts.fill(0);
    if (missingRun < (options.noDataAfter ?? NO_DATA_AFTER)) {
      return answer(at, { surprise: Number.NaN, raw: Number.NaN }, missing, null, "missing");
    }
    const outage =
      size === 1
        ? `no data: ${unit.metrics[0]} has not arrived for ${missingRun} points`
        : `no data: nothing arrives from any of its ${size} metrics, for ${missingRun} points now`;
    const none = { contributions: unknown, expected: unknown, outage };
    const point = { time: at, row, score: threshold, threshold, ratio: 1, present: 1, ...none };
    return answer(at, { surprise: Number.NaN, raw: Number.NaN }, missing, point, "missing");
  };

  const answer = (
    at: number,
    { surprise, raw }: { surprise: number; raw: number },
    missing: readonly string[],
    point: ScoredPoint | null,
    quiet: LivePoint["state"],
  ): LivePoint => {
    let update: Anomaly | null = null;
    if (point !== null) {
      ({ state: tracker, update } = trackPoint(tracker, point, context));
    }
    const state = quiet === "ok" && tracker.gate.isOpen ? "anomalous" : quiet;
    const probability = 10 ** -surprise;
    const { ratio = Number.NaN, present = Number.NaN, isClear } = point ?? {};
    return {
      time: at,
      score: surprise,
      probability,
      raw,
      threshold,
      ratio,
      present,
      isClear,
      state,
      missing,
      contributions: amounts,
      update,
    };
  };

  const unseen = (at: number): LivePoint => {
    const nan = Number.NaN;
    const none = { score: nan, probability: nan, raw: nan, ratio: nan, present: nan };
    return { time: at, ...none, threshold, state: "missing", missing: [], contributions: amounts, update: null };
  };

  return {
    push: (at, values) => {
      if (values.length !== size) {
        throw new RangeError(`a row of ${values.length} values where ${options.entity} has ${size} metrics`);
      }
      if (time !== null && !(at > time)) {
        return last === null ? unseen(at) : { ...last, update: null };
      }
      for (let i = 0; i < size; i++) {
        const value = values[i] as number;
        row[i] = Number.isFinite(value) ? value : Number.NaN;
      }
      time = at;
      last = score(at);
      return last;
    },
    state: () => ({
      version: unit.version,
      time,
      missingRun,
      level,
      spot: spot.state(),
      tracker,
      scorer: scorer.state(),
    }),
  };
}

function contextOf(unit: Unit, options: LiveOptions): TrackerContext {
  return {
    entity: options.entity,
    service: options.service,
    detector: unit.detector,
    modelVersion: unit.version,
    metrics: unit.metrics,
    profiles: new Map(unit.profiles.map((profile) => [profile.metric, profile])),
    rule: unit.threshold,
    hourOfWeek: hourOfWeekIn(unit.timeZone),
  };
}

/** A point that nobody asked to hear of neither opens an event nor keeps one open. */
function withoutWeight(point: ScoredPoint): ScoredPoint {
  return { ...point, ratio: Math.min(point.ratio, 0.99), present: Math.min(point.present, 0.49), isClear: true };
}

/** True unless the metrics that lead the score moved only in a direction, or by an amount, that does not count. */
function matters(unit: Unit, point: ScoredPoint): boolean {
  if (Object.keys(unit.metricRules).length === 0 || point.ratio < 1) {
    return true;
  }
  let counted = 0;
  let total = 0;
  unit.metrics.forEach((metric, i) => {
    const amount = Math.max(point.contributions[i] as number, 0) || 0;
    total += amount;
    counted += moved(own(unit.metricRules, metric), (point.row[i] as number) - (point.expected[i] as number))
      ? amount
      : 0;
  });
  return counted >= total / 2;
}

function moved(rule: MetricRule | undefined, difference: number): boolean {
  if (rule === undefined || Number.isNaN(difference)) {
    return true;
  }
  const inDirection = rule.direction === "both" || (rule.direction === "up" ? difference > 0 : difference < 0);
  return inDirection && Math.abs(difference) >= rule.floor;
}
