import type { Anomaly, Suspect } from "../../alert/anomaly.ts";

/** A service that another needs, directly (1) or through others (2 and more). */
export interface Need {
  readonly service: string;
  readonly depth: number;
}

const MINUTE = 60_000;
/** A service that moved this much later is not the cause. */
const TOO_LATE = 10 * MINUTE;
/** What ended longer ago than this before the event began is not the cause. */
const TOO_EARLY = 60 * MINUTE;
const SAME_TIME = MINUTE;
const MOST = 5;

/**
 * Services that may have caused an event: those it needs that are or just were anomalous too. A service that moved first and is
 * needed directly ranks higher.
 * @param others events of other services, open or just closed · @param needs services that the event's service needs
 */
export function rankSuspects(event: Anomaly, others: readonly Anomaly[], needs: readonly Need[]): readonly Suspect[] {
  const began = beginOf(event);
  const found = needs.flatMap(({ service, depth }) => {
    const own = others.filter((other) => other.service === service && mayBeCause(other, began));
    const first = own.sort((left, right) => beginOf(left) - beginOf(right))[0];
    return first === undefined ? [] : [{ service, depth, first, lead: began - beginOf(first) }];
  });
  return found
    .sort((left, right) => rankOf(right) - rankOf(left) || right.lead - left.lead)
    .slice(0, MOST)
    .map(({ service, depth, first, lead }) => ({ service, because: sayWhy(event.service, depth, first, lead) }));
}

function mayBeCause(other: Anomaly, began: number): boolean {
  const ended = other.closedAt?.getTime() ?? Number.POSITIVE_INFINITY;
  return beginOf(other) <= began + TOO_LATE && ended >= began - TOO_EARLY;
}

function rankOf({ depth, lead }: { readonly depth: number; readonly lead: number }): number {
  return (lead > SAME_TIME ? 2 : lead >= -SAME_TIME ? 1 : 0) + 1 / depth;
}

/** When its first metric moved, or it opened. */
function beginOf(event: Anomaly): number {
  return Math.min(event.context?.firstMove?.at.getTime() ?? Number.POSITIVE_INFINITY, event.openedAt.getTime());
}

function sayWhy(dependent: string, depth: number, first: Anomaly, lead: number): string {
  const metric = first.context?.firstMove?.metric ?? first.contributions[0]?.metric ?? "a metric";
  const minutes = Math.round(Math.abs(lead) / MINUTE);
  const when = minutes < 1 ? "at the same time" : `${minutes} min ${lead > 0 ? "earlier" : "later"}`;
  return `${dependent} needs it${depth === 1 ? "" : " through others"}, and its ${metric} moved ${when}`;
}
