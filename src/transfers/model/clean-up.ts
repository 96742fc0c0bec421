import { own, putOwn } from "../../alert/own.ts";
import { type Cleaned, cleanTransfer, type Flaw, identityOf, type RawTransfer } from "./clean.ts";

/** What was wrong in many events: flaw or refusal → how often. */
export interface CleanUp {
  /** Cleans one event, and knows it again when it comes twice. */
  take(raw: RawTransfer): Cleaned;
  readonly counts: Readonly<Record<string, number>>;
  readonly taken: number;
}

const REMEMBERED = 50_000;

/**
 * Cleans event by event and counts what was wrong. An event is a duplicate when one of the last 50,000 had the same file
 * (where events name one), times, size, link and duration.
 */
export function createCleanUp(needsDuration = true): CleanUp {
  const counts: Record<string, number> = {};
  const isNewIdentity = rememberLast(REMEMBERED);
  let taken = 0;
  const count = (what: string) => {
    putOwn(counts, what, (own(counts, what) ?? 0) + 1);
  };
  return {
    counts,
    get taken() {
      return taken;
    },
    take(raw) {
      taken++;
      const cleaned = cleanTransfer(raw, needsDuration);
      if (cleaned.transfer === null) {
        count(cleaned.refusal);
        return cleaned;
      }
      const isNew = isNewIdentity(identityOf(raw, cleaned.transfer));
      const flaws: readonly Flaw[] = isNew ? cleaned.flaws : [...cleaned.flaws, "duplicate"];
      flaws.forEach(count);
      return { ...cleaned, flaws };
    },
  };
}

/** Remembers the last so many. The ring says which is the oldest: to ask a set for its first costs more the more was deleted from it. */
function rememberLast(most: number): (identity: string) => boolean {
  const seen = new Set<string>();
  const ring: string[] = [];
  let next = 0;
  return (identity) => {
    if (seen.has(identity)) {
      return false;
    }
    const oldest = ring[next];
    if (oldest !== undefined) {
      seen.delete(oldest);
    }
    ring[next] = identity;
    seen.add(identity);
    next = (next + 1) % most;
    return true;
  };
}

/** True when a transfer with these flaws may teach: its names, size and times are its own. */
export function mayTeach(flaws: readonly Flaw[]): boolean {
  return flaws.every((flaw) => flaw === "unknown activity" || flaw === "no start");
}
