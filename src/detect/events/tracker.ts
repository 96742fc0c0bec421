import type { Anomaly } from "../../alert/anomaly.ts";
import { fingerprint } from "../../alert/fingerprint.ts";
import { CLOSED_GATE, type GateDecision, type GateRule, type GateState, stepGate } from "../threshold/gate.ts";
import { classOf, kindOf } from "./classify.ts";
import { contributionsOf } from "./contributions.ts";
import type { MetricProfile } from "./profile.ts";

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
  readonly peak: PeakState;
  /** Shares per metric summed over the points above the threshold. */
  readonly shares: readonly number[];
}

interface PeakState {
  readonly time: number;
  readonly score: number;
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
  const event =
    (gate.isOpen ? point.present : point.ratio) >= 1 || state.event === null ? extend(state.event, point) : state.event;
  const update = decision === "rising" ? null : anomalyOf(event, point, context, decision === "closed");
  return { state: { gate, event: decision === "closed" ? null : event }, decision, update };
}

function extend(event: EventState | null, point: ScoredPoint): EventState {
  const amounts = Array.from(point.contributions, (amount) => (Number.isFinite(amount) && amount > 0 ? amount : 0));
  const total = amounts.reduce((sum, amount) => sum + amount, 0);
  const shares = amounts.map((amount, i) => (event?.shares[i] ?? 0) + (total > 0 ? amount / total : 0));
  if (event === null) {
    return { startedAt: point.time, threshold: point.threshold, peak: peakOf(point), shares };
  }
  return { ...event, shares, peak: point.score > event.peak.score ? peakOf(point) : event.peak };
}

function peakOf(point: ScoredPoint): PeakState {
  const kept = (values: ArrayLike<number>) => Array.from(values, (value) => (Number.isFinite(value) ? value : null));
  return {
    time: point.time,
    score: point.score,
    row: kept(point.row),
    expected: kept(point.expected),
    outage: point.outage ?? null,
  };
}

function anomalyOf(event: EventState, point: ScoredPoint, context: TrackerContext, closed: boolean): Anomaly {
  const { peak } = event;
  const numbers = (values: readonly (number | null)[]) => values.map((value) => value ?? Number.NaN);
  const contributions = contributionsOf(context.metrics, event.shares, numbers(peak.row), numbers(peak.expected));
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
    peakScore: peak.score,
    threshold: event.threshold,
    contributions,
    evidence: kind.evidence === look.evidence ? [kind.evidence] : [kind.evidence, look.evidence],
  };
}

function verdictsOf(peak: PeakState, contributions: Anomaly["contributions"], context: TrackerContext) {
  if (peak.outage !== null) {
    return {
      kind: { value: "collective", evidence: peak.outage },
      class: { value: "availability", evidence: peak.outage },
    } as const;
  }
  const kind = kindOf(contributions, context.profiles, context.hourOfWeek(peak.time));
  return { kind, class: classOf(contributions) };
}
