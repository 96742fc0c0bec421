import { own, putOwn } from "../../alert/own.ts";

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
  /** Alerts outside of faults, per entity and day. */
  readonly falseAlertsPerDay: number;
  /** Per type of fault: ranked first, of how many. */
  readonly byType: Readonly<Record<string, readonly [first: number, of: number]>>;
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
    falseAlertsPerDay: falseAlerts(faults, entities, excused),
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

function falseAlerts(faults: readonly Fault[], entities: readonly ScoredEntity[], excused: number): number {
  let alerts = 0;
  let seconds = 0;
  for (const entity of entities) {
    const { times } = entity;
    const step =
      times.length < 2 ? 0 : ((times[times.length - 1] as number) - (times[0] as number)) / (times.length - 1);
    seconds += step * times.length;
    for (let i = 0; i < times.length; i++) {
      const opens = (entity.alerts[i] as number) > 0 && !((entity.alerts[i - 1] ?? 0) > 0);
      const time = times[i] as number;
      alerts += opens && !faults.some((fault) => time >= fault.time && time <= fault.time + excused) ? 1 : 0;
    }
  }
  return seconds === 0 ? Number.NaN : (alerts * DAY) / seconds;
}
