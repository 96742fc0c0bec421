import type { Anomaly, AnomalyContext, FirstMove } from "../../alert/anomaly.ts";
import type { CurrentState } from "../../status/current-state.ts";
import { firstToMove } from "../life/first-move.ts";
import { courseOf, type PastEvents } from "../life/similar.ts";

export interface StoryParts {
  readonly current: Pick<CurrentState, "ring">;
  readonly past: PastEvents;
  /** Milliseconds. */
  readonly step: number;
}

const LOOK_BACK_ROWS = 160;
const LEAST_SHARE = 0.05;
const MOST_COURSES = 6;
const MOST_SCORES = 720;

/**
 * Adds to an entity's event what surrounds it: the metric that moved first, the most similar one of the past, and the course of
 * its scores so far.
 * @param before the event as it was told of last; what was found then stays
 */
export function tellStory(event: Anomaly, before: AnomalyContext | undefined, parts: StoryParts): Anomaly {
  const course = courseSoFar(event, parts);
  const context: AnomalyContext = {
    firstMove: before?.firstMove ?? firstMoveOf(event, parts) ?? leaderAsFirst(event),
    similar: null,
    members: [],
    affected: 1,
    scored: 1,
    suspects: [],
    lowered: before?.lowered ?? [],
    course: course.length > 0 ? course : (before?.course ?? []),
  };
  const told = { ...event, context };
  return { ...told, context: { ...context, similar: parts.past.mostAlike(told) } };
}

function firstMoveOf({ entity, openedAt, contributions }: Anomaly, { current, step }: StoryParts): FirstMove | null {
  const ring = current.ring(entity);
  if (ring === null) {
    return null;
  }
  const from = new Date(openedAt.getTime() - LOOK_BACK_ROWS * step);
  const courses = contributions
    .filter(({ share }) => share >= LEAST_SHARE)
    .slice(0, MOST_COURSES)
    .flatMap(({ metric }) => ring.series(entity, metric, from, openedAt) ?? []);
  return firstToMove(courses, openedAt);
}

/** Where no course is known, e.g. just after a restart, the metric that leads the event stands for the first. */
function leaderAsFirst({ contributions, openedAt }: Anomaly): FirstMove | null {
  const leader = contributions[0];
  return leader === undefined || leader.seen === null || leader.expected === null
    ? null
    : { metric: leader.metric, at: openedAt, seen: leader.seen, usual: leader.expected };
}

function courseSoFar({ entity, openedAt, threshold }: Anomaly, { current }: StoryParts): readonly number[] {
  const scores = current.ring(entity)?.scores(MOST_SCORES) ?? [];
  return courseOf(scores.filter(({ at }) => at >= openedAt.getTime()).map(({ score }) => score / threshold));
}
