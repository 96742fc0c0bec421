import { z } from "zod";
import type { Anomaly, Lowering } from "../../alert/anomaly.ts";
import { hourOfWeekIn } from "../../detect/events/local-hour.ts";
import type { Feedback } from "../../store/store.ts";
import { isWithin, type Scope, scopeOf, scopeSchema } from "../life/forgiveness.ts";

/** What people called "not an anomaly" and did not take back, with the events that each piece is about. */
export interface Forgiven {
  /** What is in force from now on; feedback that was revoked is left out. */
  set(given: readonly Feedback[]): void;
  /** The reason not to alert on an event; null where nobody said that such events are ordinary. */
  muting(event: Anomaly): Lowering | null;
  /** Which events a person means who calls this one ordinary. */
  scopeOf(event: Anomaly): Scope;
}

const scopesSchema = z.array(scopeSchema);

interface Kept {
  readonly given: Feedback;
  readonly scopes: readonly Scope[];
}

/** Which events a piece of feedback is about; none where it is about no event of ours. */
export function scopesOf({ details }: Pick<Feedback, "details">): readonly Scope[] {
  return scopesSchema.safeParse(details["scopes"]).data ?? [];
}

/** @param timeZone IANA name: hours of the week are counted in it */
export function createForgiven(timeZone: string): Forgiven {
  const hourOfWeek = hourOfWeekIn(timeZone);
  const hourOf = ({ peakAt }: Anomaly) => hourOfWeek(peakAt.getTime() / 1000);
  let kept: readonly Kept[] = [];
  return {
    set(given) {
      kept = given.filter(({ revokedAt }) => revokedAt === null).map((one) => ({ given: one, scopes: scopesOf(one) }));
    },
    muting(event) {
      const hour = hourOf(event);
      const found = kept.find(({ scopes }) => scopes.some((scope) => isWithin(scope, event, hour)));
      if (found === undefined) {
        return null;
      }
      const { by, at } = found.given;
      const because = `${by} marked this as not an anomaly on ${at.toISOString().slice(0, 10)}`;
      return { by: "feedback", muted: true, because };
    },
    scopeOf: (event) => scopeOf(event, hourOf(event)),
  };
}
