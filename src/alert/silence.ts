import type { Matcher } from "./matcher.ts";

/** A silence as Alertmanager holds it. */
export interface Silence {
  readonly id: string;
  readonly matchers: readonly Matcher[];
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly createdBy: string;
  readonly comment: string;
  readonly state: "active" | "pending" | "expired";
  readonly updatedAt: Date;
}

/** What it takes to make a silence, or to replace the one named by `id`. */
export interface SilenceRequest {
  readonly id?: string;
  readonly matchers: readonly Matcher[];
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly createdBy: string;
  readonly comment: string;
}

/** The end of every comment of a silence made by cmswatch. Only silences that carry it are ever changed or removed. */
export const SILENCE_MARK = "[cmswatch]";

/** True when the silence was made by cmswatch. */
export function isOurs(silence: Pick<Silence, "comment">): boolean {
  return silence.comment.trimEnd().endsWith(SILENCE_MARK);
}

/** Who works on what. */
export interface Acknowledgement {
  readonly groupId: string;
  readonly by: string;
  readonly at: Date;
  /** When it ends unless somebody says that they still work on it. */
  readonly until: Date;
  readonly silenceId: string | null;
  readonly endedAt: Date | null;
}

/** A silence of ours: who wanted it, why, and what it has hidden. */
export interface LedgerEntry {
  readonly silenceId: string;
  readonly owner: string;
  readonly reason: string;
  readonly purpose: "manual" | "acknowledgement" | "copy" | "collapse" | "recurring";
  readonly groupId: string | null;
  readonly matchers: readonly string[];
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly endedAt: Date | null;
  /** Fingerprints it has hidden so far. */
  readonly hidden: readonly string[];
}

/** What a silence would hide, so that nobody silences blindly. */
export interface SilencePreview {
  readonly now: number;
  /** Different alerts that fired within the last 7 days and would have been hidden. */
  readonly pastWeek: number;
  /** Names of some of them, for people. */
  readonly examples: readonly string[];
  /** A sentence when it is so broad that it deserves a second look, else null. */
  readonly warning: string | null;
  /** Why a number is missing or old, else null. */
  readonly caveat: string | null;
}
