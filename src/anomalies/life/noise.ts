import type { ReplayedEntity } from "./backtest.ts";

/** How noisy a configuration would have been over a past stretch. */
export interface NoiseEstimate {
  readonly days: number;
  /** Entities that could be scored. */
  readonly entities: number;
  readonly events: number;
  readonly eventsPerDay: number;
  readonly eventsPerEntityDay: number;
  /** Alerts people would have got: those of a service's entities that overlap are one. */
  readonly alerts: number;
  readonly alertsPerDay: number;
  /** Share of the scored points in alert, and of the points without data. */
  readonly alertShare: number;
  readonly missingShare: number;
  /** The entities that gave most events, worst first. */
  readonly loudest: readonly { readonly entity: string; readonly events: number; readonly alertShare: number }[];
}

const LOUDEST = 10;

/** @param alerts alerts that people would have got · @param days length of the stretch */
export function noiseOf(replayed: readonly ReplayedEntity[], alerts: number, days: number): NoiseEstimate {
  const sum = (of: (one: ReplayedEntity) => number) => replayed.reduce((total, one) => total + of(one), 0);
  const events = sum((one) => one.events.length);
  const points = sum((one) => one.points);
  const scored = sum((one) => one.scored);
  const per = (count: number, over: number) => (over > 0 ? count / over : 0);
  return {
    days,
    entities: replayed.length,
    events,
    eventsPerDay: per(events, days),
    eventsPerEntityDay: per(events, days * replayed.length),
    alerts,
    alertsPerDay: per(alerts, days),
    alertShare: per(
      sum((one) => one.inAlert),
      points,
    ),
    missingShare: per(points - scored, points),
    loudest: replayed
      .map((one) => ({ entity: one.entity, events: one.events.length, alertShare: per(one.inAlert, one.points) }))
      .filter((one) => one.events > 0)
      .sort((left, right) => right.events - left.events || right.alertShare - left.alertShare)
      .slice(0, LOUDEST),
  };
}
