import type { Labels } from "../alert/alert.ts";
import type { Matcher } from "../alert/matcher.ts";
import type { LedgerEntry } from "../alert/silence.ts";

export type { LedgerEntry } from "../alert/silence.ts";

/** Where silences are written down. The store's SilenceLedgerRepository is one. */
export interface SilenceLedger {
  save(entry: LedgerEntry): Promise<void>;
  active(): Promise<readonly LedgerEntry[]>;
  get(silenceId: string): Promise<LedgerEntry | null>;
}

/** What fired in the past. The store's AlertHistoryRepository is one. */
export interface AlertPast {
  /** Newest first. */
  since(
    at: Date,
    limit: number,
  ): Promise<readonly { readonly fingerprint: string; readonly labels: Labels; readonly state: string }[]>;
}

/** A silence somebody wants. */
export interface SilenceWish {
  readonly matchers: readonly Matcher[];
  /** Now when left out. */
  readonly startsAt?: Date;
  readonly endsAt: Date;
  readonly owner: string;
  readonly reason: string;
  /** `manual` when left out. */
  readonly purpose?: LedgerEntry["purpose"];
  readonly groupId?: string;
  /** True when somebody has seen the warning and wants it all the same. */
  readonly evenIfBroad?: boolean;
}
