import type { Anomaly, AnomalyContext, Lowering } from "../../alert/anomaly.ts";

/** How much of a service an event is about. */
export type Extent = "few" | "many";

/** Below this share of a service's entities an event is of few. */
const FEW = 0.2;
/** Of fewer entities than this each one matters. */
const FEWEST = 5;

/**
 * Whether an event of a whole service is of few of its entities, by the most that were anomalous at one time; null for an event
 * of one entity that is no part of a service, and for services of fewer than five.
 */
export function extentOf(context: AnomalyContext | undefined): Extent | null {
  if (context === undefined || context.members.length === 0 || context.scored < FEWEST) {
    return null;
  }
  return (context.atOnce ?? context.affected) < FEW * context.scored ? "few" : "many";
}

/** `3 of 50 pods`, and how many more there were before; null for an event of one entity. */
export function sayExtent(
  context: Pick<AnomalyContext, "members" | "affected" | "scored" | "now" | "parts">,
): string | null {
  if (context.members.length === 0) {
    return null;
  }
  const { affected, scored, now = affected, parts = "entities" } = context;
  const whole = `${now} of ${scored} ${parts}`;
  return now === affected ? whole : `${whole}, ${affected} since it began`;
}

/** That it is of few of a service's entities, as a reason to take an event less seriously; null for other events. */
export function loweredByExtent({ context }: Pick<Anomaly, "context">): Lowering | null {
  return context === undefined || extentOf(context) !== "few"
    ? null
    : { by: "extent", muted: false, because: `only ${sayExtent(context)}` };
}
