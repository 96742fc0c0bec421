import { quantileSorted } from "../../detect/math/statistics.ts";
import { segmentsOf } from "./segments.ts";

/** How well alerts meet labelled segments; an event is a run of rows in alert. */
export interface EventScores {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly events: number;
  readonly falseEvents: number;
  readonly segments: number;
  readonly found: number;
  /** Rows from a found segment's start to its first alert; NaN where none was found. */
  readonly medianDelay: number;
  /** Share of all segments found within `soon` rows. */
  readonly foundSoon: number;
  /** Share of unlabelled rows in alert. */
  readonly ordinaryInAlert: number;
  /** Segments within which an event begins: one that was open before does not count. */
  readonly begun: number;
  /** Per found segment: rows from its last row to the end of the last event that meets it, 0 where it ended before. */
  readonly endDelays: readonly number[];
  /** Events beyond the first of each found segment. */
  readonly splitEvents: number;
}

/** @param alerts 1 where in alert, same length as `labels` · @param soon rows within which a segment counts as found soon */
export function eventScores(labels: ArrayLike<number>, alerts: ArrayLike<number>, soon: number): EventScores {
  const segments = segmentsOf(labels);
  const events = segmentsOf(alerts);
  const delays: number[] = [];
  const endDelays: number[] = [];
  let begun = 0;
  let splitEvents = 0;
  for (const { from, to } of segments) {
    const meeting = events.filter((candidate) => candidate.to >= from && candidate.from <= to);
    const [event] = meeting;
    if (event !== undefined) {
      delays.push(Math.max(event.from - from, 0));
      endDelays.push(Math.max((meeting.at(-1) ?? event).to - to, 0));
      splitEvents += meeting.length - 1;
      begun += meeting.some((candidate) => candidate.from >= from) ? 1 : 0;
    }
  }
  const hits = events.filter(({ from, to }) =>
    segments.some((segment) => segment.to >= from && segment.from <= to),
  ).length;
  const precision = events.length === 0 ? 1 : hits / events.length;
  const recall = segments.length === 0 ? 1 : delays.length / segments.length;
  return {
    precision,
    recall,
    f1: precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall),
    events: events.length,
    falseEvents: events.length - hits,
    segments: segments.length,
    found: delays.length,
    medianDelay: quantileSorted(Float64Array.from(delays).sort(), 0.5),
    foundSoon: segments.length === 0 ? 1 : delays.filter((delay) => delay <= soon).length / segments.length,
    ordinaryInAlert: ordinaryShare(labels, alerts),
    begun,
    endDelays,
    splitEvents,
  };
}

function ordinaryShare(labels: ArrayLike<number>, alerts: ArrayLike<number>): number {
  let ordinary = 0;
  let inAlert = 0;
  for (let i = 0; i < labels.length; i++) {
    if (!((labels[i] as number) > 0)) {
      ordinary++;
      inAlert += (alerts[i] as number) > 0 ? 1 : 0;
    }
  }
  return ordinary === 0 ? 0 : inAlert / ordinary;
}
