import { own, putOwn } from "../../alert/own.ts";
import { median } from "../../detect/math/statistics.ts";
import { segmentsOf } from "./segments.ts";

/** A fault that was injected into one entity. */
export interface Fault {
  /** Unix seconds. */
  readonly time: number;
  readonly entity: string;
  readonly type: string;
}

/** An entity as it was scored. */
export interface ScoredEntity {
  readonly name: string;
  readonly times: ArrayLike<number>;
  readonly scores: ArrayLike<number>;
  /** 1 where in alert. */
  readonly alerts: ArrayLike<number>;
}

/** How well faults are laid at the right door. */
export interface CulpritScores {
  /** AS@k: share of faults whose entity is among the k highest by its highest score. */
  readonly first: number;
  readonly amongThree: number;
  readonly faults: number;
  /** Events at the detector's own bar. */
  readonly events: FaultEvents;
  /** Per type of fault: ranked first, of how many. */
  readonly byType: Readonly<Record<string, readonly [first: number, of: number]>>;
}

/** How well events tell of faults. */
export interface FaultEvents {
  /** Faults within whose window an event begins on the entity they were injected into; one that was open before does not count. */
  readonly found: number;
  readonly faults: number;
  /** Events that begin outside of all faults, per entity and day of all rows. */
  readonly falsePerDay: number;
  /** Seconds from a found fault to the begin of its event; NaN where none was found. */
  readonly medianDelay: number;
  /** Seconds from the begin of an event that found a fault to its end: faults have no known end. */
  readonly medianLength: number;
  /** Per type of fault: found, of how many. */
  readonly byType: Readonly<Record<string, readonly [found: number, of: number]>>;
}

/** Seconds after a fault in which scores count for it, and in which alerts are not false. */
export interface CulpritRule {
  readonly looked: number;
  readonly excused: number;
}

const DAY = 86_400;

/** Ranks entities by their highest score soon after each fault; of equal ones the fault's own comes last. */
export function culpritScores(
  faults: readonly Fault[],
  entities: readonly ScoredEntity[],
  { looked, excused }: CulpritRule,
): CulpritScores {
  const ranks = faults.map(({ time, entity, type }) => {
    const highest = entities.map((candidate) => ({
      own: candidate.name === entity,
      score: highestIn(candidate, time, time + looked),
    }));
    const own = highest.find((candidate) => candidate.own)?.score ?? Number.NEGATIVE_INFINITY;
    return { type, rank: 1 + highest.filter((candidate) => !candidate.own && candidate.score >= own).length };
  });
  const share = (most: number) => ranks.filter(({ rank }) => rank <= most).length / Math.max(ranks.length, 1);
  const byType: Record<string, [number, number]> = {};
  for (const { type, rank } of ranks) {
    const counts = own(byType, type) ?? [0, 0];
    putOwn(byType, type, [counts[0] + (rank === 1 ? 1 : 0), counts[1] + 1]);
  }
  return {
    first: share(1),
    amongThree: share(3),
    faults: faults.length,
    events: faultEvents(faults, entities, { looked, excused }),
    byType,
  };
}

function highestIn({ times, scores }: ScoredEntity, from: number, to: number): number {
  let highest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < times.length; i++) {
    if ((times[i] as number) > from && (times[i] as number) <= to && (scores[i] as number) > highest) {
      highest = scores[i] as number;
    }
  }
  return highest;
}

/** How well events, runs of rows in alert, tell of faults. */
export function faultEvents(
  faults: readonly Fault[],
  entities: readonly Omit<ScoredEntity, "scores">[],
  { looked, excused }: CulpritRule,
): FaultEvents {
  const events = entities.flatMap(({ name, times, alerts }) =>
    segmentsOf(alerts).map(({ from, to }) => ({ name, from: times[from] as number, to: times[to] as number })),
  );
  const byType: Record<string, [number, number]> = {};
  const delays: number[] = [];
  const lengths: number[] = [];
  for (const { time, entity, type } of faults) {
    const event = events.find(({ name, from }) => name === entity && from > time && from <= time + looked);
    const counts = own(byType, type) ?? [0, 0];
    putOwn(byType, type, [counts[0] + (event === undefined ? 0 : 1), counts[1] + 1]);
    if (event !== undefined) {
      delays.push(event.from - time);
      lengths.push(event.to - event.from);
    }
  }
  const untold = events.filter(({ from }) => !faults.some(({ time }) => from >= time && from <= time + excused));
  const days = entities.reduce((sum, { times }) => sum + secondsOf(times), 0) / DAY;
  return {
    found: delays.length,
    faults: faults.length,
    falsePerDay: days === 0 ? Number.NaN : untold.length / days,
    medianDelay: median(delays),
    medianLength: median(lengths),
    byType,
  };
}

function secondsOf(times: ArrayLike<number>): number {
  const rows = times.length;
  return rows < 2 ? 0 : (((times[rows - 1] as number) - (times[0] as number)) / (rows - 1)) * rows;
}
