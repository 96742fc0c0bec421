import type { Logger } from "pino";
import type { Alertmanager } from "../alert/alertmanager.ts";
import type { Clock } from "../alert/clock.ts";
import { isOurs, type Silence } from "../alert/silence.ts";
import type { LedgerEntry, SilenceLedger } from "./silence-types.ts";
import { entryOf } from "./silences.ts";

/** Most fingerprints that are written down for one silence. */
const MAX_HIDDEN = 10_000;
/** How long nothing may fire under a silence before it is dropped, in milliseconds: what flaps stays hidden. */
const DROP_AFTER: Readonly<Partial<Record<LedgerEntry["purpose"], number>>> = {
  manual: 900_000,
  copy: 0,
  collapse: 0,
};

/** What was found or done about one silence of ours, and why. */
export interface SilenceDecision {
  readonly silenceId: string;
  readonly action: "adopt" | "end" | "drop" | "note" | "keep";
  readonly reason: string;
  readonly entry: LedgerEntry;
}

export interface SilenceMaintenanceOptions {
  readonly alertmanager: Alertmanager;
  readonly ledger: SilenceLedger;
  readonly clock: Clock;
  readonly log: Pick<Logger, "info">;
  /** True for a silence that stays until its end, also when nothing fires under it. */
  readonly isKept?: (entry: LedgerEntry) => boolean;
}

/**
 * Looks after the silences of ours, to be called every minute or so: writes down what each has hidden and which have
 * ended, takes up those that nobody wrote down, and drops those under which everything has resolved. Acknowledgements and
 * recurring ones are never dropped here, and those of other people are never touched.
 */
export function createSilenceMaintenance(
  options: SilenceMaintenanceOptions,
): () => Promise<readonly SilenceDecision[]> {
  const quietSince = new Map<string, number>();
  return async () => {
    const [silences, alerts] = [await options.alertmanager.silences(), await options.alertmanager.alerts()];
    const entries = new Map((await options.ledger.active()).map((entry) => [entry.silenceId, entry]));
    const hiding = new Map<string, string[]>();
    for (const alert of alerts) {
      for (const id of alert.silencedBy) {
        hiding.set(id, [...(hiding.get(id) ?? []), alert.fingerprint]);
      }
    }
    const ours = silences.filter((silence) => isOurs(silence));
    const now = options.clock();
    const decisions = [
      ...ours.flatMap((silence) => {
        const entry = entries.get(silence.id) ?? null;
        const hidden = hiding.get(silence.id) ?? [];
        return decide(silence, entry, hidden, { quietSince, now, isKept: options.isKept }) ?? [];
      }),
      ...unknown(entries, ours, now),
    ];
    for (const decision of decisions) {
      await carryOut(options, decision, quietSince);
    }
    return decisions;
  };
}

function decide(
  silence: Silence,
  known: LedgerEntry | null,
  hidden: readonly string[],
  context: {
    readonly quietSince: Map<string, number>;
    readonly now: Date;
    readonly isKept: SilenceMaintenanceOptions["isKept"];
  },
): SilenceDecision | null {
  if (known === null && silence.state === "expired") {
    return null;
  }
  const entry = withHidden(known ?? entryOf(silence, "manual"), hidden);
  const decision = (action: SilenceDecision["action"], reason: string, changes: Partial<LedgerEntry> = {}) => ({
    silenceId: silence.id,
    action,
    reason,
    entry: { ...entry, ...changes },
  });
  if (silence.state === "expired") {
    return decision("end", "it has ended in Alertmanager", { endedAt: silence.endsAt });
  }
  if (isDone(silence, entry, hidden, context)) {
    return decision("drop", "everything it hid has resolved", { endedAt: context.now });
  }
  if (known === null) {
    return decision("adopt", "it carries our mark and nobody wrote it down");
  }
  return entry === known && known.endsAt.getTime() === silence.endsAt.getTime()
    ? decision("keep", hidden.length > 0 ? `it hides ${hidden.length}` : "it hides nothing now")
    : decision("note", "it hides something new, or its end was moved", { endsAt: silence.endsAt });
}

/** True when it has hidden something, and nothing fires under it any more for long enough. */
function isDone(
  silence: Silence,
  entry: LedgerEntry,
  hidden: readonly string[],
  { quietSince, now, isKept }: Parameters<typeof decide>[3],
): boolean {
  const dropAfter = DROP_AFTER[entry.purpose];
  if (hidden.length > 0 || entry.hidden.length === 0 || silence.state !== "active") {
    quietSince.delete(silence.id);
    return false;
  }
  const since = quietSince.get(silence.id) ?? now.getTime();
  quietSince.set(silence.id, since);
  return dropAfter !== undefined && isKept?.(entry) !== true && now.getTime() - since >= dropAfter;
}

function withHidden(entry: LedgerEntry, hidden: readonly string[]): LedgerEntry {
  const known = new Set(entry.hidden);
  const fresh = hidden.filter((fingerprint) => !known.has(fingerprint));
  return fresh.length === 0 ? entry : { ...entry, hidden: [...entry.hidden, ...fresh].slice(0, MAX_HIDDEN) };
}

/** Entries whose silence Alertmanager no longer has. */
function unknown(
  entries: ReadonlyMap<string, LedgerEntry>,
  ours: readonly Silence[],
  now: Date,
): readonly SilenceDecision[] {
  const held = new Set(ours.map((silence) => silence.id));
  return [...entries.values()]
    .filter((entry) => !held.has(entry.silenceId))
    .map((entry) => {
      const endedAt = entry.endsAt.getTime() < now.getTime() ? entry.endsAt : now;
      const reason = "Alertmanager no longer knows it";
      return { silenceId: entry.silenceId, action: "end", reason, entry: { ...entry, endedAt } };
    });
}

async function carryOut(
  { alertmanager, ledger, log }: SilenceMaintenanceOptions,
  { silenceId, action, reason, entry }: SilenceDecision,
  quietSince: Map<string, number>,
): Promise<void> {
  if (action === "keep") {
    return;
  }
  if (action === "drop") {
    await alertmanager.expireSilence(silenceId);
  }
  if (entry.endedAt !== null) {
    quietSince.delete(silenceId);
    log.info({ silenceId, owner: entry.owner, reason, hid: entry.hidden.length }, "a silence of ours has ended");
  }
  await ledger.save(entry);
}

/** A word to the owner that a silence is about to end. */
export interface SilenceReminder {
  /** One per silence and end: one that was extended is announced again. */
  readonly key: string;
  readonly entry: LedgerEntry;
  /** Milliseconds until it ends. */
  readonly left: number;
}

/**
 * Which owners are to be reminded now. Only silences that people made themselves, and none that is shorter than twice the
 * notice: its owner still knows.
 * @param notice how long before the end, in milliseconds
 * @param sent keys of the reminders that were sent already
 */
export function dueReminders(
  entries: readonly LedgerEntry[],
  now: Date,
  notice: number,
  sent: ReadonlySet<string>,
): readonly SilenceReminder[] {
  return entries
    .filter((entry) => entry.purpose === "manual" && entry.endedAt === null)
    .filter((entry) => entry.endsAt.getTime() - entry.startsAt.getTime() >= 2 * notice)
    .map((entry) => ({
      key: `${entry.silenceId} ${entry.endsAt.toISOString()}`,
      entry,
      left: entry.endsAt.getTime() - now.getTime(),
    }))
    .filter(({ key, left }) => left > 0 && left <= notice && !sent.has(key))
    .sort((first, second) => first.left - second.left);
}
