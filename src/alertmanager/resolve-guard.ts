/** What an earlier fetch said that was not believed yet. */
export interface GuardState {
  /** Ids that were missing. */
  readonly missing: readonly string[];
  /** When, in ISO 8601. */
  readonly at: string;
}

export interface GuardVerdict {
  /** Those of the missing that may be resolved now. */
  readonly sure: ReadonlySet<string>;
  /** What to remember for the next fetch, or null. */
  readonly next: GuardState | null;
  /** Why some are held back, or null. */
  readonly reason: string | null;
}

/** What is held back at least, however little it is. */
const SHORTEST_HOLD = 30 * 60_000;
const LONGEST_HOLD = 72 * 3_600_000;

/**
 * Whether what is missing from a complete fetch may be resolved. More than `share` of all open ones at once is held back, the
 * longer the more it is, and resolved only when every fetch until then misses it too; what goes meanwhile is judged by itself.
 * A share of 1 means that a person has confirmed it: everything is resolved.
 */
export function guardResolutions(
  missing: readonly string[],
  openCount: number,
  { share, earlier, now }: { readonly share: number; readonly earlier: GuardState | null; readonly now: Date },
): GuardVerdict {
  if (share >= 1) {
    return { sure: new Set(missing), next: null, reason: null };
  }
  const heldBefore = new Set(earlier?.missing ?? []);
  const held = missing.filter((id) => heldBefore.has(id));
  const fresh = missing.filter((id) => !heldBefore.has(id));
  const isMuch = fresh.length > share * (openCount - held.length);
  const doubted = isMuch ? [...held, ...fresh] : held;
  // What joins starts the time again: nothing is resolved that was missing for less than it.
  const since = isMuch || earlier === null ? now : new Date(earlier.at);
  const until = new Date(since.getTime() + holdFor(doubted.length, openCount));
  if (doubted.length === 0 || until <= now) {
    return { sure: new Set(missing), next: null, reason: null };
  }
  const percent = Math.round(share * 100);
  const reason = `${doubted.length} of ${openCount} would be resolved at once, more than ${percent} %: held back until ${until.toISOString()}, or until somebody confirms it (cmswatch tickets sync --once --confirm-missing)`;
  return {
    sure: new Set(isMuch ? [] : fresh),
    next: { missing: doubted, at: since.toISOString() },
    reason,
  };
}

/** Milliseconds: an hour for half of many, five for nine of ten, more for all of many than for all of few. */
function holdFor(count: number, openCount: number): number {
  const share = Math.min(1, count / (openCount + 1));
  return Math.min(LONGEST_HOLD, SHORTEST_HOLD / Math.max(1e-9, 1 - share));
}
