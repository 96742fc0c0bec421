import { z } from "zod";
import type { Anomaly } from "../../alert/anomaly.ts";
import { hourName } from "../../detect/events/local-hour.ts";

/** Which events a person's "not an anomaly" is about. JSON-serialisable. */
export const scopeSchema = z.object({
  service: z.string(),
  /** Null: any entity of the service. */
  entity: z.string().nullable(),
  metrics: z.array(z.string()).min(1),
  kind: z.enum(["point", "contextual", "collective"]),
  /** Hour of the week (0 is Sunday 00:00) around which it holds; null for any. */
  hour: z.number().int().min(0).max(167).nullable(),
  /** Peak over threshold up to which it holds: what is much worse still alerts. */
  strength: z.number().positive(),
});
export type Scope = z.output<typeof scopeSchema>;

const LEADING_SHARE = 0.6;
const STRONGER = 1.5;
const HOURS_AROUND = 1;
const WEEK_HOURS = 168;

/** The scope of an event: its entity, the metrics that led it, its kind, the hour where the hour is what was wrong, and its strength. */
export function scopeOf(event: Anomaly, hourOfWeek: number): Scope {
  const isWhole = (event.context?.members.length ?? 0) > 0;
  return {
    service: event.service,
    entity: isWhole ? null : event.entity,
    metrics: [...leaders(event)],
    kind: event.kind,
    hour: event.kind === "contextual" ? hourOfWeek : null,
    strength: STRONGER * strengthOf(event),
  };
}

/** True when the event is one the scope is about. @param hourOfWeek of the event's peak */
export function isWithin(scope: Scope, event: Anomaly, hourOfWeek: number): boolean {
  const share = event.contributions
    .filter(({ metric }) => scope.metrics.includes(metric))
    .reduce((sum, one) => sum + one.share, 0);
  return (
    scope.service === event.service &&
    (scope.entity === null || scope.entity === event.entity) &&
    scope.kind === event.kind &&
    (scope.hour === null || hoursApart(scope.hour, hourOfWeek) <= HOURS_AROUND) &&
    share >= LEADING_SHARE &&
    strengthOf(event) <= scope.strength
  );
}

/** The scope for people: `dbs: cpu, memory; contextual, around Tue 03:00; up to 6.2 times the threshold`. */
export function sayScope({ service, entity, metrics, kind, hour, strength }: Scope): string {
  const when = hour === null ? kind : `${kind}, around ${hourName(hour)}`;
  return `${entity ?? service}: ${metrics.join(", ")}; ${when}; up to ${Number(strength.toPrecision(2))} times the threshold`;
}

function strengthOf({ peakScore, threshold }: Anomaly): number {
  return threshold > 0 ? peakScore / threshold : 1;
}

/** The fewest metrics, worst first, that make up most of the score. */
function leaders({ contributions }: Anomaly): readonly string[] {
  let share = 0;
  const found: string[] = [];
  for (const one of contributions) {
    if (share >= LEADING_SHARE && found.length > 0) {
      break;
    }
    found.push(one.metric);
    share += one.share;
  }
  return found;
}

function hoursApart(left: number, right: number): number {
  const apart = Math.abs(left - right) % WEEK_HOURS;
  return Math.min(apart, WEEK_HOURS - apart);
}
