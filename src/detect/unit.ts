import { createHash } from "node:crypto";
import { z } from "zod";
import type { Detector, FitOptions, Model } from "./detector.ts";
import { fitProfiles, type MetricProfile, withEarlier } from "./events/profile.ts";
import { type Frame, NOMINAL_STEP } from "./frame.ts";
import { median, quantileSorted, sortedFinite } from "./math/statistics.ts";
import { decodeSavedModel, encodeSavedModel, SavedModelError } from "./saved-model.ts";
import { type Calibration, fitCalibration } from "./threshold/calibration.ts";
import { DEFAULT_GATE, type GateRule } from "./threshold/gate.ts";
import { followLevel, LEVEL_SHARE, type LevelRule, startLevel } from "./threshold/level.ts";
import { boundsOf, type LimitBounds } from "./threshold/limit.ts";

/** What matters of one metric. */
export interface MetricRule {
  readonly direction: "both" | "up" | "down";
  /** Smallest absolute difference between seen and expected that counts, in the metric's unit. */
  readonly floor: number;
}

/** When a unit's scores become events. */
export interface ThresholdRule extends GateRule {
  /** Probability of an ordinary point above the threshold. */
  readonly risk: number;
}

/** How to train a unit. */
export interface UnitOptions extends FitOptions {
  readonly threshold?: Partial<ThresholdRule>;
  /** Metrics not named count in both directions, without a floor. */
  readonly metricRules?: Readonly<Record<string, MetricRule>>;
  /** What came before the history, in coarser steps: ordinary ranges are learnt from both, the model from the history alone. */
  readonly ranges?: Frame;
}

/** Scaler, model, calibration and threshold as one version. */
export interface Unit {
  /** Twelve hexadecimal digits of its bytes: equal for equal units. */
  readonly version: string;
  readonly detector: string;
  readonly metrics: readonly string[];
  readonly model: Model;
  /** What nine of ten of history's scores stayed below. */
  readonly usual: number;
  /** Of alert scores in units of the level. */
  readonly calibration: Calibration;
  readonly level: LevelRule;
  readonly threshold: ThresholdRule;
  /** Alert scores in units of the level between which the threshold follows the tail. */
  readonly bounds: LimitBounds;
  readonly metricRules: Readonly<Record<string, MetricRule>>;
  readonly profiles: readonly MetricProfile[];
  readonly timeZone: string;
  readonly trained: TrainedOn;
}

/** Unix seconds of the first and last row and the median step; null where history had no times. */
export interface TrainedOn {
  readonly rows: number;
  readonly from: number | null;
  readonly to: number | null;
  readonly step: number | null;
}

/** SPOT's q, and m of n. */
export const DEFAULT_THRESHOLD: ThresholdRule = { risk: 1e-4, ...DEFAULT_GATE };
const FORMAT = 3;
const MAGIC_UNIT = "unit";

/**
 * Fits the detector, scores its history from the start, and learns from those scores what is ordinary.
 * @throws NotEnoughHistory when there are too few rows · @throws UserError for too many metrics
 */
export async function trainUnit(detector: Detector, frame: Frame, options: UnitOptions): Promise<Unit> {
  const model = await detector.fit(frame, options);
  const timeZone = options.timeZone ?? "UTC";
  const trained = trainedOn(frame);
  const { scores, alertScores } = scoreFrame(model, frame);
  const level = levelRule(alertScores, trained.step);
  const calibration = fitCalibration(relativeScores(alertScores, frame, level));
  const threshold = { ...DEFAULT_THRESHOLD, ...options.threshold };
  return withVersion({
    detector: detector.name,
    metrics: frame.metrics,
    model,
    usual: usualOf(scores),
    calibration,
    level,
    threshold,
    bounds: boundsOf(detector.alertRatio ?? null, threshold.risk),
    metricRules: options.metricRules ?? {},
    profiles: fitProfiles(withEarlier(frame, options.ranges), timeZone),
    timeZone,
    trained,
  });
}

/** Seconds, or rows where rows have no times, in which the level follows a drift by e. */
const FOLLOW_SECONDS = 43_200;
const FOLLOW_ROWS = 288;
/** Where most of history scores nothing at all its median says nothing: it counts as this share of the 90 % quantile at least. */
const LEAST_MIDDLE = 0.01;

function levelRule(scores: Float64Array, step: number | null): LevelRule {
  const start = usualOf(scores);
  const middle = Math.max(median(scores), start * LEAST_MIDDLE);
  return step === null || step <= 0
    ? { start, middle, follow: FOLLOW_ROWS * NOMINAL_STEP, step: NOMINAL_STEP }
    : { start, middle, follow: Math.max(FOLLOW_SECONDS, FOLLOW_ROWS * step), step };
}

const usualOf = (scores: Float64Array) => Math.max(quantileSorted(sortedFinite(scores), LEVEL_SHARE), 1e-6);

function relativeScores(scores: Float64Array, frame: Frame, rule: LevelRule): Float64Array {
  let level = startLevel(rule);
  return scores.map((score, row) => {
    const relative = score / Math.exp(level.log);
    level = followLevel(level, score, frame.times?.[row] ?? row * NOMINAL_STEP, rule);
    return relative;
  });
}

/** Scores and alert scores of a frame's rows by a fresh scorer. Rows without times are {@link NOMINAL_STEP} apart. */
function scoreFrame(model: Model, frame: Frame) {
  const size = frame.metrics.length;
  const scorer = model.scorer();
  const scores = new Float64Array(frame.rows);
  const alertScores = new Float64Array(frame.rows);
  for (let row = 0; row < frame.rows; row++) {
    const time = frame.times === null ? row * NOMINAL_STEP : (frame.times[row] as number);
    const { score, alertScore } = scorer.push(frame.values.subarray(row * size, (row + 1) * size), time);
    scores[row] = score;
    alertScores[row] = alertScore ?? score;
  }
  return { scores, alertScores };
}

/** The unit as one block of bytes. */
export function saveUnit(unit: Unit): Uint8Array {
  const { model, version: _, ...rest } = unit;
  return encodeSavedModel({
    format: FORMAT,
    detector: MAGIC_UNIT,
    metrics: unit.metrics,
    header: rest,
    weights: encodeSavedModel(model.save()),
  });
}

/**
 * @param findDetector gives the detector of a name, e.g. from the registry
 * @throws SavedModelError for bytes that are no unit, or one of another version
 */
export async function loadUnit(bytes: Uint8Array, findDetector: (name: string) => Promise<Detector>): Promise<Unit> {
  const saved = decodeSavedModel(bytes);
  if (saved.detector !== MAGIC_UNIT || saved.format !== FORMAT) {
    throw new SavedModelError(
      `a "${saved.detector}" of format ${saved.format}, this version reads units of format ${FORMAT}: train it again`,
    );
  }
  const header = headerSchema.safeParse(saved.header);
  if (!header.success) {
    throw new SavedModelError(`a unit with a header that does not fit: ${z.prettifyError(header.error)}`);
  }
  const detector = await findDetector(header.data.detector);
  const model = await detector.load(decodeSavedModel(saved.weights));
  return withVersion({ ...header.data, model });
}

const range = z.object({ low: z.number(), median: z.number(), high: z.number() }).nullable();
const headerSchema = z.object({
  detector: z.string(),
  metrics: z.array(z.string()),
  usual: z.number(),
  calibration: z.object({
    body: z.array(z.number()),
    tail: z.object({ shape: z.number(), scale: z.number() }),
    tailShare: z.number(),
    peaks: z.array(z.number()),
    rows: z.number(),
  }),
  level: z.object({ start: z.number(), middle: z.number(), follow: z.number(), step: z.number() }),
  threshold: z.object({ risk: z.number(), open: z.number(), of: z.number(), close: z.number() }),
  bounds: z.object({ least: z.number(), most: z.number().nullable() }),
  metricRules: z.record(z.string(), z.object({ direction: z.enum(["both", "up", "down"]), floor: z.number() })),
  profiles: z.array(z.object({ metric: z.string(), overall: range, hours: z.array(range) })),
  timeZone: z.string(),
  trained: z.object({
    rows: z.number(),
    from: z.number().nullable(),
    to: z.number().nullable(),
    step: z.number().nullable(),
  }),
});

function withVersion(unit: Omit<Unit, "version">): Unit {
  const bytes = saveUnit({ ...unit, version: "" });
  return { ...unit, version: createHash("sha256").update(bytes).digest("hex").slice(0, 12) };
}

function trainedOn({ rows, times }: Frame): TrainedOn {
  if (times === null || rows < 2) {
    return { rows, from: times?.[0] ?? null, to: times?.[0] ?? null, step: null };
  }
  const steps = times.slice(1, rows).map((time, at) => time - (times[at] as number));
  return { rows, from: times[0] as number, to: times[rows - 1] as number, step: median(steps) };
}
