import type { Anomaly, Lowering } from "../../alert/anomaly.ts";
import type { Ticket } from "../../alert/ticket.ts";
import type { Catalogue } from "../../config/catalogue.ts";
import type { Config } from "../../config/schema.ts";
import { loweredByExtent } from "../life/extent.ts";
import { type Intervention, loweredByHoliday, loweredByIntervention } from "../life/lowering.ts";
import { interventionsOf } from "./interventions.ts";

export interface LoweringParts {
  readonly detect: Pick<Config["detect"], "holidays" | "timezone">;
  readonly catalogue: Catalogue;
  /** Tickets that are known; their interventions are worked out again only when there is another list. */
  readonly tickets: () => readonly Ticket[];
  /** The reason not to alert on an event at all; null where there is none. */
  readonly muting: (event: Anomaly) => Lowering | null;
}

/** Gives the reasons to take an event less seriously, in service and in a backtest alike. */
export function createLowerings({
  detect,
  catalogue,
  tickets,
  muting,
}: LoweringParts): (event: Anomaly) => readonly Lowering[] {
  let read: { readonly tickets: readonly Ticket[]; readonly interventions: readonly Intervention[] } | null = null;

  function interventions(): readonly Intervention[] {
    const now = tickets();
    if (read === null || read.tickets !== now) {
      read = { tickets: now, interventions: interventionsOf(now, catalogue) };
    }
    return read.interventions;
  }

  return (event) =>
    [
      loweredByIntervention(event, interventions()),
      loweredByHoliday(event, detect.holidays, detect.timezone),
      loweredByExtent(event),
      muting(event),
    ].filter((lowering) => lowering !== null);
}
