import type { Logger } from "pino";
import type { Alert } from "../alert/alert.ts";
import type { Clock } from "../alert/clock.ts";
import type { Ticket, TicketSystem } from "../alert/ticket.ts";
import { UserError } from "../alert/user-error.ts";
import type { Concerns } from "./concerns.ts";
import { filterTicket, type TicketFilter } from "./filter.ts";
import type { LinkIndex } from "./link-index.ts";
import { formatProblem, type Problem } from "./problem.ts";
import type { FetchResult, TicketSource } from "./source.ts";

/** What a source says now, as the sync of alerts wants it. */
export interface TicketReport {
  readonly system: TicketSystem;
  readonly items: readonly Ticket[];
  readonly incompleteBecause: string | null;
  readonly missing: "resolved" | "out of view";
  isOpen(ticket: Ticket, now: Date): boolean;
  toAlert(ticket: Ticket, seenAt: Date): Alert;
}

/** The part of the sync of alerts that is used; its results are passed on as they are. */
export interface TicketSync<Result> {
  run(report: TicketReport): Promise<Result>;
  refresh(report: Omit<TicketReport, "items" | "incompleteBecause">, because?: string): Promise<Result>;
}

/** What is remembered of tickets that are open. */
export interface TicketMemory {
  open(system: TicketSystem): Promise<readonly { readonly ticket: Ticket }[]>;
}

export interface CycleOptions<Result> {
  readonly source: TicketSource;
  readonly sync: TicketSync<Result>;
  readonly memory: TicketMemory;
  readonly filter: TicketFilter;
  readonly concernsOf: (ticket: Ticket) => Concerns;
  /** Other tickets of the same issue, over all sources; none without it. */
  readonly links?: Pick<LinkIndex, "update" | "markStale" | "linkedWith"> | undefined;
  /** Whether a sync changed any ticket; without it every one counts as a change. */
  readonly hasChanged?: (result: Result) => boolean;
  readonly clock: Clock;
  readonly log: Pick<Logger, "info" | "warn">;
}

/** One cycle of a source: what was fetched and what became of it. */
export interface CycleOutcome<Result> {
  readonly system: TicketSystem;
  readonly fetchedAt: Date;
  /** Null after a whole, successful fetch; else why it is not one. */
  readonly incompleteBecause: string | null;
  readonly fetched: number;
  /** Tickets that the filter leaves out. */
  readonly filtered: number;
  readonly problems: readonly Problem[];
  /** What the sync did; null when no Alertmanager accepted it. */
  readonly result: Result | null;
  /** Why nothing could be pushed, or null. */
  readonly fault: string | null;
}

/** The state of a source, for people. */
export interface SourceStatus {
  readonly system: TicketSystem;
  readonly lastAttempt: Date | null;
  /** When everything was last fetched and pushed. */
  readonly lastSuccess: Date | null;
  /** What is wrong since then, or null. */
  readonly fault: string | null;
  readonly fetched: number;
  readonly problems: number;
}

/** Brings the tickets of one source into Alertmanager, again and again. */
export interface TicketCycle<Result> {
  readonly system: TicketSystem;
  /** Fetches and syncs. A run asked for while one is under way is that run. */
  run(): Promise<CycleOutcome<Result>>;
  /** Keeps the alerts of open tickets alive between fetches; to be called at least twice per resolve timeout. */
  refresh(): Promise<void>;
  status(): SourceStatus;
}

const MAX_LOGGED = 20;
const NONE: readonly string[] = [];

/** @throws by `run` and `refresh`: faults of the program and of the store only, never of a server or of its data */
export function createTicketCycle<Result>(options: CycleOptions<Result>): TicketCycle<Result> {
  const { source, sync, clock, log } = options;
  const { name, missing } = source.system;
  const meaning = meaningOf(options);
  let running: Promise<CycleOutcome<Result>> | null = null;
  let status: SourceStatus = {
    system: name,
    lastAttempt: null,
    lastSuccess: null,
    fault: null,
    fetched: 0,
    problems: 0,
  };

  const run = async (): Promise<CycleOutcome<Result>> => {
    await options.links?.update();
    const recall = async () => new Map((await options.memory.open(name)).map(({ ticket }) => [ticket.id, ticket]));
    const before = source.system.usesKnown ? await recall() : null;
    const fetched = await source.fetch(before ?? new Map());
    const known = before ?? (fetched.unreadable.size > 0 ? await recall() : new Map<string, Ticket>());
    const { items, filtered } = selectItems(fetched, known, options.filter);
    const report = { ...meaning, items, incompleteBecause: fetched.reason };
    const pushed = await settle(sync.run(report));
    if (pushed.result !== null && options.hasChanged?.(pushed.result) !== false) {
      options.links?.markStale();
    }
    status = nextStatus(status, fetched, pushed.fault);
    logOutcome(log, fetched, pushed.fault);
    return {
      system: name,
      fetchedAt: fetched.fetchedAt,
      incompleteBecause: fetched.reason,
      fetched: fetched.tickets.length,
      filtered,
      problems: fetched.problems,
      ...pushed,
    };
  };
  return {
    system: name,
    run() {
      running ??= run().finally(() => {
        running = null;
      });
      return running;
    },
    async refresh() {
      if (running !== null) {
        return;
      }
      const because = status.fault ?? `next fetch after ${clock().toISOString()}`;
      const { fault } = await settle(sync.refresh({ ...meaning, missing }, because));
      if (fault !== null) {
        log.warn({ system: name, fault }, "alerts of tickets cannot be refreshed");
      }
    },
    status: () => status,
  };
}

/** What the tickets of the source mean, for the sync. */
function meaningOf<Result>({
  source,
  concernsOf,
  links,
}: CycleOptions<Result>): Omit<TicketReport, "items" | "incompleteBecause"> {
  const { system } = source;
  const made = new WeakMap<
    Ticket,
    { readonly seenAt: Date; readonly linked: readonly string[]; readonly alert: Alert }
  >();
  return {
    system: system.name,
    missing: system.missing,
    isOpen: (ticket, now) => system.isOpen(ticket, now),
    toAlert(ticket, seenAt) {
      const linked = links?.linkedWith(ticket) ?? NONE;
      const known = made.get(ticket);
      if (known?.seenAt.getTime() === seenAt.getTime() && known.linked === linked) {
        return known.alert;
      }
      const alert = system.toAlert(ticket, { seenAt, concerns: concernsOf(ticket), linked });
      made.set(ticket, { seenAt, linked, alert });
      return alert;
    },
  };
}

/**
 * The wanted tickets of a fetch. Those that are there but could not be read are as they were: what cannot be read is not
 * gone.
 */
function selectItems(
  fetched: FetchResult,
  known: ReadonlyMap<string, Ticket>,
  filter: TicketFilter,
): { items: readonly Ticket[]; filtered: number } {
  const wanted = fetched.tickets.filter((ticket) => filterTicket(ticket, filter) === null);
  const read = new Set(fetched.tickets.map(({ id }) => id));
  const unreadable = [...fetched.unreadable].flatMap((id) => (read.has(id) ? [] : (known.get(id) ?? [])));
  return { items: [...wanted, ...unreadable], filtered: fetched.tickets.length - wanted.length };
}

async function settle<Result>(work: Promise<Result>): Promise<{ result: Result | null; fault: string | null }> {
  try {
    return { result: await work, fault: null };
  } catch (error) {
    if (!(error instanceof UserError)) {
      throw error;
    }
    return { result: null, fault: error.message };
  }
}

function nextStatus(before: SourceStatus, fetched: FetchResult, fault: string | null): SourceStatus {
  const wrong = fetched.reason ?? fault;
  return {
    system: fetched.system,
    lastAttempt: fetched.fetchedAt,
    lastSuccess: wrong === null ? fetched.fetchedAt : before.lastSuccess,
    fault: wrong,
    fetched: wrong === null ? fetched.tickets.length : before.fetched,
    problems: fetched.problems.length,
  };
}

function logOutcome(log: Pick<Logger, "warn">, fetched: FetchResult, fault: string | null): void {
  const { system, problems } = fetched;
  if (fetched.reason !== null) {
    log.warn({ system, reason: fetched.reason }, "tickets could not be fetched completely");
  }
  if (fault !== null) {
    log.warn({ system, fault }, "alerts of tickets cannot be pushed");
  }
  if (problems.length > 0) {
    const shown = problems.slice(0, MAX_LOGGED).map((found) => formatProblem(found, system));
    log.warn({ system, count: problems.length, problems: shown }, "some tickets could not be read as they should");
  }
}
