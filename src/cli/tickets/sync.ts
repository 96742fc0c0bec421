import { systemClock } from "../../alert/clock.ts";
import type { Ticket } from "../../alert/ticket.ts";
import { UserError } from "../../alert/user-error.ts";
import { createAlertmanagerClient } from "../../alertmanager/client.ts";
import { createSync, type SyncOptions } from "../../alertmanager/sync.ts";
import type { SyncMemory, SyncResult, SyncStates } from "../../alertmanager/sync-types.ts";
import { loadCatalogue } from "../../config/catalogue.ts";
import { loadConfig } from "../../config/load.ts";
import type { Config } from "../../config/schema.ts";
import { mayHoldStore } from "../../config/store-place.ts";
import { openStore } from "../../store/open.ts";
import { findConcerns } from "../../tickets/concerns.ts";
import { createLinkIndex, type WrongLink } from "../../tickets/link-index.ts";
import { formatProblem } from "../../tickets/problem.ts";
import { runScheduled } from "../../tickets/schedule.ts";
import { type ConfiguredSource, configuredSources, processTools } from "../../tickets/sources.ts";
import { type CycleOutcome, createTicketCycle } from "../../tickets/sync-source.ts";
import type { CommandContext } from "../command.ts";

export interface SyncRequest {
  readonly config: string;
  readonly once?: boolean;
  readonly dryRun?: boolean;
  /** Resolves what is missing, however much it is. */
  readonly confirmMissing?: boolean;
  readonly json?: boolean;
}

type Outcome = CycleOutcome<SyncResult<Ticket>>;
/** What sync remembers, and how to let go of it. */
interface Memory {
  readonly tickets: SyncMemory<Ticket>;
  readonly states: SyncStates;
  readonly wrongLinks: () => Promise<readonly WrongLink[]>;
  close(): Promise<void>;
}

const MAX_SHOWN = 50;
export const MAX_WRONG_LINKS = 10_000;

/**
 * Brings the tickets of all configured sources into Alertmanager, once or until it is interrupted.
 * @returns the exit code of one round: 0 all is well, 1 something was incomplete or odd, 2 a source or Alertmanager failed
 * @throws UserError for a configuration that cannot be run
 */
export async function syncTickets(request: SyncRequest, context: CommandContext): Promise<0 | 1 | 2> {
  const config = loadConfig(request.config, context.environment);
  const isDryRun = request.dryRun === true;
  const tools = processTools(context.environment, systemClock);
  const sources = configuredSources(config.tickets, tools);
  if (sources.length === 0) {
    throw new UserError("names no source", `${request.config}: tickets`, "add ggus, helpdesk, ssb or jira");
  }
  const memory = await openMemory(config, isDryRun, context);
  try {
    const cycles = makeCycles(sources, memory, {
      config,
      isDryRun,
      context,
      resolveGuard: request.confirmMissing === true ? 1 : config.tickets.resolveGuard,
    });
    if (request.once === true || isDryRun) {
      const outcomes: Outcome[] = [];
      for (const { cycle } of cycles) {
        outcomes.push(await cycle.run());
      }
      show(outcomes, request, context);
      return exitCode(outcomes);
    }
    const scheduled = cycles.map(({ every, cycle }) => ({
      every,
      run: async () => show([await cycle.run()], request, context),
      refresh: () => cycle.refresh(),
    }));
    await untilInterrupted((signal) => runScheduled(scheduled, tools, signal));
    return 0;
  } finally {
    await memory.close();
  }
}

function makeCycles(
  sources: readonly ConfiguredSource[],
  memory: Memory,
  {
    config,
    isDryRun,
    context,
    resolveGuard,
  }: { config: Config; isDryRun: boolean; context: CommandContext; resolveGuard: number },
) {
  const catalogue = loadCatalogue(config.services ?? null);
  const links = createLinkIndex(memory.tickets, memory.wrongLinks, systemClock);
  const sync = createSync<Ticket>({
    alertmanager: openAlertmanager(config, isDryRun, context),
    memory: memory.tickets,
    states: memory.states,
    clock: systemClock,
    log: context.log,
    resolveGuard,
    isDryRun,
  });
  const concernsOf = (ticket: Ticket) => findConcerns(ticket, catalogue);
  const hasChanged = (result: SyncResult<Ticket>) => result.decisions.some(({ change }) => change !== null);
  const common = { sync, hasChanged, memory: memory.tickets, concernsOf, links, clock: systemClock, log: context.log };
  return sources.map(({ source, every, filter }) => ({
    every,
    cycle: createTicketCycle({ ...common, source, filter }),
  }));
}

function openAlertmanager(
  config: Config,
  isDryRun: boolean,
  context: CommandContext,
): SyncOptions<Ticket>["alertmanager"] {
  if (isDryRun) {
    return { post: () => Promise.reject(new Error("a dry run posts nothing")) };
  }
  return createAlertmanagerClient(config.alertmanager, { log: context.log, clock: systemClock });
}

/** The store; for a dry run without one yet, nothing, so that none is made. */
async function openMemory(config: Config, isDryRun: boolean, context: CommandContext): Promise<Memory> {
  if (isDryRun && !mayHoldStore(config.store.url)) {
    const nothing = { open: () => Promise.resolve([]), get: () => Promise.resolve(null) };
    const states = { get: () => Promise.resolve(null), put: refuse, remove: refuse };
    return {
      tickets: { ...nothing, getMany: () => Promise.resolve([]), save: refuse },
      states,
      wrongLinks: () => Promise.resolve([]),
      close: async () => undefined,
    };
  }
  const store = await openStore(config.store, { log: context.log });
  const wrongLinks = () => store.feedback.list({ kind: "wrong-link", limit: MAX_WRONG_LINKS });
  return { tickets: store.tickets, states: store.states, wrongLinks, close: () => store.close() };
}

function refuse(): Promise<never> {
  return Promise.reject(new Error("a dry run remembers nothing"));
}

async function untilInterrupted(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const interruption = new AbortController();
  const stop = () => interruption.abort();
  process.once("SIGINT", stop).once("SIGTERM", stop);
  try {
    await work(interruption.signal);
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
  }
}

function show(outcomes: readonly Outcome[], request: SyncRequest, context: CommandContext): void {
  if (request.json === true) {
    context.out(`${JSON.stringify(outcomes.map(toJson))}\n`);
    return;
  }
  for (const outcome of outcomes) {
    context.out(`${describe(outcome)}\n`);
    const decisions = request.dryRun === true ? (outcome.result?.decisions ?? []) : [];
    for (const { id, action, reason } of decisions.filter(({ action }) => action !== "keep").slice(0, MAX_SHOWN)) {
      context.out(`  ${action.padEnd(8)} ${outcome.system} ${id}: ${reason}\n`);
    }
    for (const found of outcome.problems.slice(0, MAX_SHOWN)) {
      context.err(`${formatProblem(found, outcome.system)}\n`);
    }
  }
}

function describe({ system, fetched, filtered, incompleteBecause, fault, result }: Outcome): string {
  const counts = Object.entries(result?.counts ?? {}).flatMap(([action, count]) =>
    count > 0 ? [`${count} ${action}`] : [],
  );
  const parts = [
    `${fetched} tickets${filtered > 0 ? `, ${filtered} filtered out` : ""}`,
    ...(counts.length > 0 ? [counts.join(", ")] : []),
    ...(result === null ? [] : [`${result.sent} alerts sent${result.isDryRun ? " (dry run)" : ""}`]),
    ...(incompleteBecause === null ? [] : [`NOT COMPLETE: ${incompleteBecause}`]),
    ...(result?.guarded ? [`HELD BACK: ${result.guarded}`] : []),
    ...(fault === null ? [] : [`NOT PUSHED: ${fault}`]),
  ];
  return `${system}: ${parts.join("; ")}`;
}

function toJson({ result, ...outcome }: Outcome): Readonly<Record<string, unknown>> {
  const decisions = result?.decisions.map(({ id, action, reason }) => ({ id, action, reason })) ?? [];
  return {
    ...outcome,
    ...(result === null ? {} : { sent: result.sent, counts: result.counts, guarded: result.guarded, decisions }),
  };
}

function exitCode(outcomes: readonly Outcome[]): 0 | 1 | 2 {
  if (
    outcomes.some(
      ({ fault, incompleteBecause, fetched }) => fault !== null || (incompleteBecause !== null && fetched === 0),
    )
  ) {
    return 2;
  }
  const isOdd = outcomes.some(
    ({ incompleteBecause, problems, result }) =>
      incompleteBecause !== null || problems.length > 0 || (result?.guarded ?? null) !== null,
  );
  return isOdd ? 1 : 0;
}
