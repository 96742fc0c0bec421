import type { Anomaly } from "../../alert/anomaly.ts";
import type { Ticket } from "../../alert/ticket.ts";
import type { Catalogue } from "../../config/catalogue.ts";
import type { EntitySpec } from "../../config/entities.ts";
import type { Config } from "../../config/schema.ts";
import { type Intervention, loweredByHoliday, loweredByIntervention } from "../../detect/life/lowering.ts";
import { type Need, rankSuspects } from "../../detect/life/suspects.ts";
import type { CurrentState } from "../../intelligence/current-state.ts";
import type { FeedbackBook } from "./feedback-book.ts";
import { interventionsOf } from "./interventions.ts";
import type { LedgerParts } from "./ledger.ts";
import type { Roster } from "./roster.ts";

export interface WeightParts {
  readonly config: Pick<Config, "detect">;
  readonly catalogue: Catalogue;
  readonly specs: readonly EntitySpec[];
  readonly roster: Pick<Roster, "all">;
  /** Entities of a service that are scored side by side. */
  readonly inFleets: (service: string) => number;
  readonly current: Pick<CurrentState, "tickets">;
  readonly book: Pick<FeedbackBook, "muting">;
}

/** What the ledger weighs events with: which services roll up, what explains an event, and whom it may come from. */
export function createWeights(parts: WeightParts): Pick<LedgerParts, "rollsUp" | "scored" | "lowered" | "suspects"> {
  const { config, catalogue, specs, roster, current, book } = parts;
  const split = splitServices(specs);
  const needs = new Map(catalogue.services.map(({ name }) => [name, needsOf(name, catalogue)]));
  let read: { readonly tickets: readonly Ticket[]; readonly interventions: readonly Intervention[] } | null = null;

  /** Tickets are read again only when there is another list of them. */
  function interventions(): readonly Intervention[] {
    const tickets = current.tickets.last() ?? [];
    if (read === null || read.tickets !== tickets) {
      read = { tickets, interventions: interventionsOf(tickets, catalogue) };
    }
    return read.interventions;
  }

  const { holidays, timezone } = config.detect;
  return {
    rollsUp: (service) => split.has(service),
    scored: (service) =>
      roster.all().filter(({ spec, watched }) => spec.service === service && watched !== null).length +
      parts.inFleets(service),
    lowered: (event: Anomaly) =>
      [
        loweredByIntervention(event, interventions()),
        loweredByHoliday(event, holidays, timezone),
        book.muting(event),
      ].filter((lowering) => lowering !== null),
    suspects: (event, others) => rankSuspects(event, others, needs.get(event.service) ?? []),
  };
}

/** Services whose entities are scored apart: by labels, or by several specifications. */
function splitServices(specs: readonly EntitySpec[]): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const { service, by } of specs) {
    counts.set(service, (counts.get(service) ?? 0) + (by.length > 0 ? 2 : 1));
  }
  return new Set([...counts].flatMap(([service, count]) => (count > 1 ? [service] : [])));
}

/** All services that one needs, nearest first. */
function needsOf(name: string, catalogue: Catalogue): readonly Need[] {
  const found = new Map<string, Need>();
  let layer = [name];
  for (let depth = 1; layer.length > 0; depth++) {
    const next = layer
      .flatMap((service) => catalogue.find(service)?.dependsOn ?? [])
      .flatMap((needed) => catalogue.find(needed)?.name ?? [])
      .filter((service) => service !== name && !found.has(service));
    for (const service of next) {
      found.set(service, { service, depth });
    }
    layer = [...new Set(next)];
  }
  return [...found.values()];
}
