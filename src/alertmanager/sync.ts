import type { Logger } from "pino";
import type { Alertmanager } from "../alert/alertmanager.ts";
import type { Clock } from "../alert/clock.ts";
import { fingerprint } from "../alert/fingerprint.ts";
import { type DecisionContext, decideListed, decideMissing } from "./decide.ts";
import { type Known, recall } from "./recall.ts";
import { type GuardState, type GuardVerdict, guardResolutions } from "./resolve-guard.ts";
import { DEFAULT_RESOLVE_TIMEOUT } from "./schema.ts";
import type {
  SourceReport,
  SyncAction,
  SyncDecision,
  SyncItem,
  SyncMemory,
  SyncResult,
  SyncStates,
  TrackedItem,
} from "./sync-types.ts";

/** An unchanged alert is sent again after a third of the resolve timeout: two tries may fail before it ends by itself. */
const REFRESHES_PER_TIMEOUT = 3;
/** How often it is written down that an unchanged item was seen. */
const NOTE_AFTER = 3_600_000;

export interface SyncOptions<Item extends SyncItem> {
  readonly alertmanager: Pick<Alertmanager, "post">;
  readonly memory: SyncMemory<Item>;
  readonly states: SyncStates;
  readonly clock: Clock;
  readonly log: Pick<Logger, "info" | "warn">;
  /** Share of the open items (0 to 1) that one fetch alone may resolve. */
  readonly resolveGuard: number;
  /** Alertmanager's resolve timeout in milliseconds; 5 minutes as in Alertmanager. */
  readonly resolveTimeout?: number;
  /** Decides and tells, and writes nothing anywhere. */
  readonly isDryRun?: boolean;
}

/** Keeps Alertmanager's alerts in step with what sources say. */
export interface Sync<Item extends SyncItem> {
  /**
   * One cycle: pushes what is new or changed, resolves what is over, refreshes the rest. Runs one after the other.
   * @throws AlertmanagerError when no Alertmanager accepts; nothing is remembered then, and the next cycle does it all.
   */
  run(report: SourceReport<Item>): Promise<SyncResult<Item>>;
  /** Keeps what is open alive between fetches, or while they fail. To be called at least twice per resolve timeout. */
  refresh(report: Omit<SourceReport<Item>, "items" | "incompleteBecause">, because?: string): Promise<SyncResult<Item>>;
  /** Alertmanager has forgotten what was pushed before: every open alert is due at the next run or refresh. */
  repeatAll(): void;
}

export function createSync<Item extends SyncItem>(options: SyncOptions<Item>): Sync<Item> {
  const refreshAfter = (options.resolveTimeout ?? DEFAULT_RESOLVE_TIMEOUT) / REFRESHES_PER_TIMEOUT;
  const pushes = new Map<string, ReadonlyMap<string, Date>>();
  let last: Promise<unknown> = Promise.resolve();
  let repeatFrom = 0;

  const cycle = async (report: SourceReport<Item>): Promise<SyncResult<Item>> => {
    const now = options.clock();
    const known = await recall(options.memory, report);
    const pushed = pushes.get(report.system) ?? new Map<string, Date>();
    const context: DecisionContext<Item> = {
      report,
      now,
      refreshAfter,
      noteAfter: NOTE_AFTER,
      wanted: once(() => wantedIdentities(report, known.past, now)),
      lastPushed: (tracked) => {
        const at = pushed.get(tracked.ticket.id) ?? tracked.lastPushed;
        return at !== null && at.getTime() < repeatFrom ? null : at;
      },
    };
    const verdict = await judgeMissing(options, report, known, now);
    const decisions = [
      ...known.listed.map((item) => decideListed(item, known.past.get(item.id) ?? null, context)),
      ...known.missing.map((open) => decideMissing(open, verdict.sure.has(open.ticket.id), context)),
    ];
    if (options.isDryRun !== true) {
      await carryOut(options, report, decisions, verdict);
      pushes.set(report.system, nextPushes(decisions, pushed, now));
    }
    return summarize(report, decisions, verdict, options.isDryRun === true);
  };
  const run = (report: SourceReport<Item>) => {
    const turn = last.then(() => cycle(report));
    last = turn.catch(() => undefined);
    return turn;
  };
  return {
    run,
    repeatAll() {
      repeatFrom = options.clock().getTime();
    },
    refresh: (report, because = "only a refresh") => run({ ...report, items: [], incompleteBecause: because }),
  };
}

function wantedIdentities<Item extends SyncItem>(
  report: SourceReport<Item>,
  past: ReadonlyMap<string, TrackedItem<Item>>,
  now: Date,
): ReadonlySet<string> {
  const open = report.items.filter((item) => report.isOpen(item, now));
  return new Set(open.map((item) => fingerprint(report.toAlert(item, past.get(item.id)?.firstSeen ?? now).labels)));
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

async function judgeMissing<Item extends SyncItem>(
  options: SyncOptions<Item>,
  report: SourceReport<Item>,
  known: Known<Item>,
  now: Date,
): Promise<GuardVerdict & { readonly applies: boolean }> {
  if (report.incompleteBecause !== null || report.missing === "out of view") {
    return { sure: new Set(), next: null, reason: null, applies: false };
  }
  const earlier = await options.states.get<GuardState>(guardKey(report.system));
  const ids = known.missing.map((tracked) => tracked.ticket.id);
  const verdict = guardResolutions(ids, known.openCount, { share: options.resolveGuard, earlier, now });
  return { ...verdict, applies: true };
}

async function carryOut<Item extends SyncItem>(
  options: SyncOptions<Item>,
  report: SourceReport<Item>,
  decisions: readonly SyncDecision<Item>[],
  verdict: GuardVerdict & { readonly applies: boolean },
): Promise<void> {
  const { system } = report;
  const alerts = decisions.flatMap((decision) => decision.alerts);
  if (alerts.length > 0) {
    await options.alertmanager.post(alerts);
  }
  const items = decisions.flatMap((decision) => decision.next ?? []);
  const changes = decisions.flatMap(({ id, change }) => (change === null ? [] : [{ system, id, change }]));
  if (items.length > 0) {
    await options.memory.save(items, changes);
  }
  if (verdict.applies && verdict.next === null) {
    await options.states.remove(guardKey(system));
  } else if (verdict.next !== null) {
    await options.states.put(guardKey(system), verdict.next);
    options.log.warn({ system, reason: verdict.reason }, "resolutions are held back");
  }
  for (const decision of decisions.filter(({ action }) => action === "reject")) {
    options.log.warn({ system, id: decision.id, reason: decision.reason }, "an alert cannot be sent");
  }
}

function nextPushes<Item extends SyncItem>(
  decisions: readonly SyncDecision<Item>[],
  before: ReadonlyMap<string, Date>,
  now: Date,
): ReadonlyMap<string, Date> {
  const next = new Map<string, Date>();
  for (const { id, action, alerts } of decisions) {
    const at = alerts.length > 0 ? now : before.get(id);
    if (at !== undefined && action !== "resolve") {
      next.set(id, at);
    }
  }
  return next;
}

function summarize<Item extends SyncItem>(
  report: SourceReport<Item>,
  decisions: readonly SyncDecision<Item>[],
  verdict: GuardVerdict,
  isDryRun: boolean,
): SyncResult<Item> {
  const counts: Record<SyncAction, number> = {
    push: 0,
    update: 0,
    relabel: 0,
    refresh: 0,
    note: 0,
    keep: 0,
    resolve: 0,
    hold: 0,
    ignore: 0,
    reject: 0,
  };
  for (const { action } of decisions) {
    counts[action]++;
  }
  const sent = isDryRun ? 0 : decisions.reduce((sum, decision) => sum + decision.alerts.length, 0);
  return { system: report.system, decisions, counts, sent, guarded: verdict.reason, isDryRun };
}

function guardKey(system: string): string {
  return `sync/held/${system}`;
}
