import type { Anomaly, Contribution } from "../../alert/anomaly.ts";
import { fingerprint } from "../../alert/fingerprint.ts";
import { CLOSED_GATE, type GateDecision, type GateRule, type GateState, stepGate } from "../threshold/gate.ts";
import { classOf, kindOf } from "./classify.ts";
import { contributionsOf } from "./contributions.ts";
import { type MetricProfile, rangeAtHour } from "./profile.ts";

/** Whose events these are; it is written on each of them. */
export interface TrackerContext {
  readonly entity: string;
  readonly service: string;
  readonly detector: string;
  readonly modelVersion: string;
  readonly metrics: readonly string[];
  readonly profiles: ReadonlyMap<string, MetricProfile>;
  readonly rule: GateRule;
  readonly hourOfWeek: (time: number) => number;
}

/** One scored point. `score` and `threshold` are calibrated (−log10 of a probability). */
export interface ScoredPoint {
  readonly time: number;
  readonly row: ArrayLike<number>;
  readonly score: number;
  readonly threshold: number;
  /** How far over (1 or more) or under the threshold the point is, in units of the threshold. */
  readonly ratio: number;
  /** The same of the present alone: what keeps an event open. */
  readonly present: number;
  readonly isClear?: boolean | undefined;
  readonly contributions: ArrayLike<number>;
  readonly expected: ArrayLike<number>;
  /** A sentence that decides kind and class besides the metrics', e.g. that no data comes. */
  readonly outage?: string;
}

/** JSON-serialisable. */
export interface TrackerState {
  readonly gate: GateState;
  readonly event: EventState | null;
}

interface EventState {
  readonly startedAt: number;
  readonly threshold: number;
  /** The row that carries the event: where the present is furthest over the threshold. */
  readonly peak: PeakState;
  /** Unix seconds of the last row that was over the threshold. */
  readonly lastOver?: number;
  /** The highest score; that of `peak` in states of before 0.2. */
  readonly highest?: number;
  /** Shares per metric summed over the points above the threshold. */
  readonly shares: readonly number[];
}

interface PeakState {
  readonly time: number;
  readonly score: number;
  /** How far over the threshold the row itself was; 0 in states of before 0.2. */
  readonly present?: number;
  /** How many of its usual ranges the metric was off that was furthest. */
  readonly reach?: number;
  readonly row: readonly (number | null)[];
  readonly expected: readonly (number | null)[];
  readonly outage: string | null;
}

export const NO_EVENT: TrackerState = { gate: CLOSED_GATE, event: null };

/**
 * One step of an entity's events: counts points over the threshold, opens an event when there are enough, follows its peak and
 * closes it.
 * @returns the next state, the gate's decision, and the anomaly to save and show: null while there is nothing to say
 */
export function trackPoint(
  state: TrackerState,
  point: ScoredPoint,
  context: TrackerContext,
): { readonly state: TrackerState; readonly decision: GateDecision; readonly update: Anomaly | null } {
  const { state: gate, decision } = stepGate(state.gate, point, context.rule);
  if (decision === "quiet") {
    return { state: { gate, event: null }, decision, update: null };
  }
  const counts = (state.gate.isOpen ? point.present : point.ratio) >= 1;
  const event = counts || state.event === null ? extend(state.event, point, context) : state.event;
  const update = decision === "rising" ? null : anomalyOf(event, point, context, decision);
  return { state: { gate, event: decision === "closed" ? null : event }, decision, update };
}

/**
 * Of rows at least so far over the threshold, as a share of the furthest, that carries the event whose metrics are furthest off:
 * models cut off what is very far, and look at the rise more than at the height.
 */
const ALIKE = 0.5;

function extend(event: EventState | null, point: ScoredPoint, context: TrackerContext): EventState {
  const offs = context.metrics.map((metric, i) => offOf(point, i, context.profiles.get(metric)));
  const amounts = movedAmounts(point, offs);
  const total = amounts.reduce((sum, amount) => sum + amount, 0);
  const shares = amounts.map((amount, i) => (event?.shares[i] ?? 0) + (total > 0 ? amount / total : 0));
  const own = peakOf(point, Math.max(...offs.map((off) => off ?? 0)));
  if (event === null) {
    const lastOver = point.time;
    return { startedAt: point.time, threshold: point.threshold, peak: own, highest: point.score, shares, lastOver };
  }
  const highest = Math.max(event.highest ?? event.peak.score, point.score);
  return { ...event, shares, highest, lastOver: point.time, peak: carriesMore(own, event.peak) ? own : event.peak };
}

function carriesMore(one: PeakState, other: PeakState): boolean {
  const [now, best] = [one.present ?? 0, other.present ?? 0];
  return now * ALIKE > best || (now > best * ALIKE && (one.reach ?? 0) > (other.reach ?? 0));
}

/** A metric that differs from what was expected by less than this share of its usual range has not moved. */
const MOVED = 0.1;

/** By how many of its usual ranges a metric is off what was expected; null where that is not known. */
function offOf({ row, expected }: ScoredPoint, i: number, profile: MetricProfile | undefined): number | null {
  const range = profile?.overall;
  const distance = Math.abs((row[i] as number) - (expected[i] as number));
  if (range == null || !Number.isFinite(distance)) {
    return null;
  }
  return distance / Math.max(range.high - range.low, 1e-3 * Math.abs(range.median), 1e-9);
}

/** What each metric contributed; where some have moved, only those decide. */
function movedAmounts({ contributions }: ScoredPoint, offs: readonly (number | null)[]): number[] {
  const amounts = Array.from(contributions, (amount) => (Number.isFinite(amount) && amount > 0 ? amount : 0));
  const kept = amounts.map((amount, i) => ((offs[i] ?? 1) > MOVED ? amount : 0));
  return kept.some((amount) => amount > 0) ? kept : amounts;
}

function peakOf(point: ScoredPoint, reach: number): PeakState {
  const kept = (values: ArrayLike<number>) => Array.from(values, (value) => (Number.isFinite(value) ? value : null));
  return {
    time: point.time,
    score: point.score,
    present: point.present,
    reach,
    row: kept(point.row),
    expected: kept(point.expected),
    outage: point.outage ?? null,
  };
}

function anomalyOf(event: EventState, point: ScoredPoint, context: TrackerContext, decision: GateDecision): Anomaly {
  const closed = decision === "closed";
  const { peak } = event;
  const numbers = (values: readonly (number | null)[]) => values.map((value) => value ?? Number.NaN);
  const shown = contributionsOf(context.metrics, event.shares, numbers(peak.row), numbers(peak.expected));
  // Where nothing arrives no metric is more unusual than another.
  const contributions = peak.outage === null ? shown.map((one) => withUsual(one, context, peak.time)) : [];
  const { kind, class: look } = verdictsOf(peak, contributions, context);
  const at = (time: number) => new Date(time * 1000);
  return {
    id: fingerprint({
      entity: context.entity,
      service: context.service,
      detector: context.detector,
      start: String(event.startedAt),
    }),
    entity: context.entity,
    service: context.service,
    detector: context.detector,
    modelVersion: context.modelVersion,
    kind: kind.value,
    class: look.value,
    openedAt: at(event.startedAt),
    updatedAt: at(point.time),
    closedAt: closed ? at(point.time) : null,
    peakAt: at(peak.time),
    score: point.score,
    peakScore: event.highest ?? peak.score,
    threshold: event.threshold,
    contributions,
    ...(decision === "falling" && event.lastOver !== undefined ? { lastOver: at(event.lastOver) } : {}),
    evidence: kind.evidence === look.evidence ? [kind.evidence] : [kind.evidence, look.evidence],
  };
}

function withUsual(one: Contribution, { profiles, hourOfWeek }: TrackerContext, time: number): Contribution {
  const profile = profiles.get(one.metric);
  const range = profile === undefined ? null : (rangeAtHour(profile, hourOfWeek(time)) ?? profile.overall);
  const isOutside = range !== null && one.seen !== null && (one.seen < range.low || one.seen > range.high);
  return isOutside ? { ...one, usual: [range.low, range.high] } : one;
}

function verdictsOf(peak: PeakState, contributions: Anomaly["contributions"], context: TrackerContext) {
  if (peak.outage !== null) {
    return {
      kind: { value: "collective", evidence: peak.outage },
      class: { value: "availability", evidence: peak.outage },
    } as const;
  }
  const hour = context.hourOfWeek(peak.time);
  return { kind: kindOf(contributions, context.profiles, hour), class: classOf(contributions, context.profiles, hour) };
}
