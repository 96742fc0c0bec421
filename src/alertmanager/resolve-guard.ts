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

/**
 * Whether what is missing from a complete fetch may be resolved. More than `share` of all open ones at once is believed
 * only when a second fetch says the same; what only the second misses is judged by itself.
 */
export function guardResolutions(
  missing: readonly string[],
  openCount: number,
  { share, earlier, now }: { readonly share: number; readonly earlier: GuardState | null; readonly now: Date },
): GuardVerdict {
  const saidBefore = new Set(earlier?.missing ?? []);
  const confirmed = missing.filter((id) => saidBefore.has(id));
  const fresh = missing.filter((id) => !saidBefore.has(id));
  if (fresh.length <= share * (openCount - confirmed.length)) {
    return { sure: new Set(missing), next: null, reason: null };
  }
  const reason = `${fresh.length} of ${openCount} would be resolved at once, more than ${Math.round(share * 100)} %: waiting for a second fetch that says the same`;
  return { sure: new Set(confirmed), next: { missing: fresh, at: now.toISOString() }, reason };
}
