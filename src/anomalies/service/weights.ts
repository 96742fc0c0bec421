import type { Ticket } from "../../alert/ticket.ts";
import type { Catalogue } from "../../config/catalogue.ts";
import type { EntitySpec } from "../../config/entities.ts";
import type { Config } from "../../config/schema.ts";
import type { CurrentState } from "../../status/current-state.ts";
import { createLowerings } from "../alerts/lowerings.ts";
import { splitServices } from "../life/roll-up.ts";
import { type Need, rankSuspects } from "../life/suspects.ts";
import type { FeedbackBook } from "./feedback-book.ts";
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

const NO_TICKETS: readonly Ticket[] = [];

/** What the ledger weighs events with: which services roll up, what explains an event, and whom it may come from. */
export function createWeights(parts: WeightParts): Pick<LedgerParts, "parts" | "scored" | "lowered" | "suspects"> {
  const { config, catalogue, specs, roster, current, book } = parts;
  const split = splitServices(specs);
  const needs = new Map(catalogue.services.map(({ name }) => [name, needsOf(name, catalogue)]));
  return {
    parts: (service) => split.get(service) ?? null,
    scored: (service) =>
      roster.all().filter(({ spec, watched }) => spec.service === service && watched !== null).length +
      parts.inFleets(service),
    lowered: createLowerings({
      detect: config.detect,
      catalogue,
      tickets: () => current.tickets.last() ?? NO_TICKETS,
      muting: book.muting,
    }),
    suspects: (event, others) => rankSuspects(event, others, needs.get(event.service) ?? []),
  };
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
