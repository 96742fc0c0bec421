import type { Logger } from "pino";
import type { Enrich } from "../alert/alert-sink.ts";
import type { Alertmanager } from "../alert/alertmanager.ts";
import type { Clock } from "../alert/clock.ts";
import type { ServiceEvents } from "../alert/service-events.ts";
import type { Ticket, TicketSystem } from "../alert/ticket.ts";
import { createSync } from "../alertmanager/sync.ts";
import type { SyncResult } from "../alertmanager/sync-types.ts";
import type { Catalogue } from "../config/catalogue.ts";
import type { Config } from "../config/schema.ts";
import type { Events } from "../runtime/events.ts";
import { createLoop, type Loop } from "../runtime/loop.ts";
import type { CurrentState } from "../status/current-state.ts";
import type { Store } from "../store/store.ts";
import { findConcerns } from "./concerns.ts";
import { createLinkIndex } from "./link-index.ts";
import { configuredSources, processTools } from "./sources.ts";
import { createTicketCycle, type SourceStatus, type TicketCycle } from "./sync-source.ts";
import type { TicketingSystem } from "./system.ts";
import { SYSTEMS } from "./systems.ts";

export interface TicketParts {
  readonly config: Config;
  readonly catalogue: Catalogue;
  readonly store: Store;
  readonly alertmanager: Alertmanager;
  readonly enrich: Enrich;
  readonly events: Pick<Events<ServiceEvents>, "on">;
  readonly current: CurrentState;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Three refreshes fit into Alertmanager's usual resolve timeout of five minutes. */
const REFRESH_EVERY = 100_000;
const MAX_WRONG_LINKS = 10_000;
const SYSTEM_NAMES = Object.keys(SYSTEMS) as readonly TicketSystem[];

/** Two loops per configured source: one fetches and syncs, one keeps the alerts of open tickets alive in between. */
export function createTicketLoops(parts: TicketParts): readonly Loop[] {
  const { config, catalogue, store, alertmanager, clock, log } = parts;
  const sync = createSync<Ticket>({
    alertmanager,
    memory: store.tickets,
    states: store.states,
    clock,
    log,
    resolveGuard: config.tickets.resolveGuard,
  });
  const wrongLinks = () => store.feedback.list({ kind: "wrong-link", limit: MAX_WRONG_LINKS });
  const links = createLinkIndex(store.tickets, wrongLinks, clock);
  const hasChanged = (result: SyncResult<Ticket>) => result.decisions.some(({ change }) => change !== null);
  const concernsOf = (ticket: Ticket) => findConcerns(ticket, catalogue);
  return configuredSources(config.tickets, processTools(process.env, clock)).flatMap(({ source, every, filter }) => {
    const system = enriching(source.system, parts);
    const cycle = createTicketCycle<SyncResult<Ticket>>({
      source: { ...source, system },
      sync,
      memory: store.tickets,
      filter,
      concernsOf,
      links,
      hasChanged,
      clock,
      log,
    });
    parts.current.setSource({ name: system.name, every, state: "stale", at: null, because: "it has not answered yet" });
    const run = async () => {
      await cycle.run();
      await show(cycle, every, parts);
    };
    parts.events.on("alertmanager restarted", `${system.name} tickets`, () => {
      sync.repeatAll();
      return cycle.refresh();
    });
    return [
      createLoop({ name: `${system.name} tickets`, every, run, clock, log }),
      createLoop({ name: `${system.name} refresh`, every: REFRESH_EVERY, run: () => cycle.refresh(), clock, log }),
    ];
  });
}

/** A ticket's alert gets its severity and runbook before it is first pushed: one alert, no copy. */
function enriching(system: TicketingSystem, { enrich, clock }: TicketParts): TicketingSystem {
  return {
    ...system,
    toAlert(ticket, context) {
      const alert = system.toAlert(ticket, context);
      return enrich([alert], clock())[0] ?? alert;
    },
  };
}

async function show(
  cycle: TicketCycle<SyncResult<Ticket>>,
  every: number,
  { store, current, clock }: TicketParts,
): Promise<void> {
  const open = await Promise.all(SYSTEM_NAMES.map((system) => store.tickets.open(system)));
  const now = clock();
  current.tickets.set(
    open.flat().map(({ ticket }) => ticket),
    now,
  );
  const status = cycle.status();
  if (status.fault !== null) {
    current.tickets.fail(`${status.system}: ${status.fault}`, now);
  }
  current.setSource({ name: status.system, every, ...healthOf(status) });
  current.changed();
}

function healthOf({ fault, lastSuccess, fetched, problems }: SourceStatus) {
  const counts = `${fetched} tickets${problems > 0 ? `, ${problems} could not be read` : ""}`;
  return { state: fault === null ? "ok" : "down", at: lastSuccess, because: fault ?? counts } as const;
}
