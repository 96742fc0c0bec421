import type { ActiveAlert } from "../alert/alert.ts";
import type { Alertmanager } from "../alert/alertmanager.ts";
import { isOurs, type Silence } from "../alert/silence.ts";
import type { Acknowledgement, LedgerEntry, Store } from "../store/store.ts";
import { ACKNOWLEDGED_FOR } from "./actions.ts";

/** What is to be done about an acknowledgement, and why. */
export type AcknowledgementStep =
  | { readonly step: "keep" }
  | { readonly step: "prolong"; readonly reason: string }
  | { readonly step: "end"; readonly reason: string };

/** Decides: it ends with what it was about, or at its limit; until then its silence is kept alive. */
export function acknowledgementStep(
  held: Acknowledgement,
  silence: Silence | undefined,
  hides: number,
  now: Date,
): AcknowledgementStep {
  if (held.until <= now) {
    return { step: "end", reason: "it has lasted as long as an acknowledgement may" };
  }
  if (silence === undefined || silence.state === "expired") {
    return { step: "end", reason: "its silence has ended" };
  }
  const age = now.getTime() - held.at.getTime();
  if (hides === 0 && age > GRACE) {
    return { step: "end", reason: "what it was about has resolved" };
  }
  const left = silence.endsAt.getTime() - now.getTime();
  return left < ACKNOWLEDGED_FOR / 2 ? { step: "prolong", reason: "it is still being worked on" } : { step: "keep" };
}

/** A silence that hides nothing is not judged before this: Alertmanager needs a moment to apply it. */
const GRACE = 60_000;

/**
 * Keeps silences and their reasons together: acknowledgements live as long as what they are about, a silence made for a
 * group goes when the group has resolved, and the ledger learns what each has hidden. Only our own are touched.
 */
export async function maintainSilences(
  parts: {
    readonly alertmanager: Alertmanager;
    readonly store: Store;
    readonly onEnd: (what: string, reason: string) => void;
  },
  alerts: readonly ActiveAlert[],
  silences: readonly Silence[],
  now: Date,
): Promise<void> {
  const hidden = hiddenBy(alerts);
  const byId = new Map(silences.filter(isOurs).map((silence) => [silence.id, silence]));
  for (const held of await parts.store.acknowledgements.active()) {
    const silence = held.silenceId === null ? undefined : byId.get(held.silenceId);
    const step = acknowledgementStep(held, silence, hidden.get(held.silenceId ?? "")?.length ?? 0, now);
    await applyStep(parts, held, silence, step, now);
  }
  for (const entry of await parts.store.silences.active()) {
    await keepLedger(parts, entry, byId.get(entry.silenceId), hidden.get(entry.silenceId) ?? [], now);
  }
}

type Parts = Parameters<typeof maintainSilences>[0];

async function applyStep(
  { alertmanager, store, onEnd }: Parts,
  held: Acknowledgement,
  silence: Silence | undefined,
  decision: AcknowledgementStep,
  now: Date,
): Promise<void> {
  if (decision.step === "prolong" && silence !== undefined) {
    const endsAt = new Date(now.getTime() + ACKNOWLEDGED_FOR);
    const id = await alertmanager.putSilence({ ...silence, endsAt });
    await moveEntry(store, silence.id, id, endsAt);
    await store.acknowledgements.save({ ...held, silenceId: id });
  }
  if (decision.step === "end") {
    if (silence !== undefined && silence.state !== "expired") {
      await alertmanager.expireSilence(silence.id);
    }
    await store.acknowledgements.save({ ...held, endedAt: now });
    onEnd(`acknowledgement of ${held.groupId} by ${held.by}`, decision.reason);
  }
}

async function moveEntry(store: Store, from: string, to: string, endsAt: Date): Promise<void> {
  const entry = await store.silences.get(from);
  if (entry !== null) {
    await store.silences.save({ ...entry, silenceId: to, endsAt });
  }
}

async function keepLedger(
  { alertmanager, store, onEnd }: Parts,
  entry: LedgerEntry,
  silence: Silence | undefined,
  hides: readonly string[],
  now: Date,
): Promise<void> {
  const known = new Set(entry.hidden);
  const news = hides.filter((fingerprint) => !known.has(fingerprint));
  const isOver = silence === undefined || silence.state === "expired" || entry.endsAt <= now;
  const hasResolved = entry.groupId !== null && hides.length === 0 && now.getTime() - entry.startsAt.getTime() > GRACE;
  if (isOver || hasResolved) {
    if (!isOver) {
      await alertmanager.expireSilence(entry.silenceId);
      onEnd(`silence of ${entry.groupId} by ${entry.owner}`, "what it hid has resolved");
    }
    await store.silences.save({ ...entry, endedAt: now });
  } else if (news.length > 0) {
    await store.silences.save({ ...entry, hidden: [...entry.hidden, ...news].slice(-1000) });
  }
}

function hiddenBy(alerts: readonly ActiveAlert[]): ReadonlyMap<string, readonly string[]> {
  const hidden = new Map<string, string[]>();
  for (const { silencedBy, fingerprint } of alerts) {
    for (const id of silencedBy) {
      hidden.set(id, [...(hidden.get(id) ?? []), fingerprint]);
    }
  }
  return hidden;
}
