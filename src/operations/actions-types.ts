import type { AlertGroup, Person } from "../alert/group.ts";
import type { Matcher } from "../alert/matcher.ts";
import type { SilencePreview } from "../alert/silence.ts";
import type { OncallNow } from "../status/status-types.ts";
import type { Feedback, OncallOverride } from "../store/store.ts";

/** Who does something, and from where; goes into the audit log. */
export interface Actor {
  readonly person: Person;
  readonly via: "slack" | "web" | "cli" | "system";
}

/** Why something was not done. `already`: the state is what was wanted; `gone`: the alert, group or silence is no more. */
export type Refusal = "already" | "gone" | "forbidden" | "invalid" | "unavailable";

/** What came of an action, with a sentence for the person who asked. */
export type ActionResult =
  | {
      readonly ok: true;
      readonly reason: string;
      /** The group after the action, when it concerned one. */
      readonly group: AlertGroup | null;
      /** The silence that was made, when one was. */
      readonly silenceId?: string;
      /** Until when it can be undone. */
      readonly undoUntil?: Date;
      /** The exception of the on-call schedule that was made, when one was. */
      readonly overrideId?: string;
    }
  | { readonly ok: false; readonly because: Refusal; readonly reason: string; readonly group: AlertGroup | null };

/** A silence somebody wants. */
export interface SilenceWish {
  /** The group it is for; null for one by matchers only. */
  readonly groupId: string | null;
  readonly matchers: readonly Matcher[];
  /** Milliseconds, or until everything it hides has resolved. */
  readonly duration: number | "until-resolved";
  readonly reason: string;
}

export interface FeedbackWish {
  readonly kind: Feedback["kind"];
  /** What it is about: a group's id, a solution's id, … */
  readonly subject: string;
  readonly groupId: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Alerts that do not belong to their group. */
export interface SplitWish {
  readonly groupId: string;
  readonly fingerprints: readonly string[];
}

/** What people do with alerts. Each is idempotent: asked twice it answers `already`. Each is recorded in the audit log. */
export interface Actions {
  acknowledge(groupId: string, actor: Actor): Promise<ActionResult>;
  unacknowledge(groupId: string, actor: Actor): Promise<ActionResult>;
  /** "Still on it": the acknowledgement begins again, without anybody being called meanwhile. */
  renew(groupId: string, actor: Actor): Promise<ActionResult>;
  /** Matchers that hide a group and as little else as possible. */
  matchersOf(group: AlertGroup): readonly Matcher[];
  preview(matchers: readonly Matcher[]): Promise<SilencePreview>;
  silence(wish: SilenceWish, actor: Actor): Promise<ActionResult>;
  /** Ends a silence of ours early (also the undo of one just made). */
  expire(silenceId: string, actor: Actor): Promise<ActionResult>;
  /** Resolves the alerts of a group that cmswatch made itself. */
  resolve(groupId: string, actor: Actor): Promise<ActionResult>;
  /** A person says that a group belongs to another; the result's group is the one that stays. */
  merge(wish: { readonly into: string; readonly from: string }, actor: Actor): Promise<ActionResult>;
  /** A person says that alerts do not belong to their group; the result's group is the old one without them. */
  split(wish: SplitWish, actor: Actor): Promise<ActionResult>;
  /** The result's reason says what effect it has. */
  feedback(wish: FeedbackWish, actor: Actor): Promise<ActionResult>;
}

/** Who is on call, and the exceptions people make. */
export interface OncallDesk {
  /** On call at `at` for a service's rosters, or for all rosters. */
  now(service: string | null, at: Date): Promise<readonly OncallNow[]>;
  rosters(): Promise<readonly string[]>;
  override(wish: Omit<OncallOverride, "id">, actor: Actor): Promise<ActionResult>;
  /** Takes an exception back. */
  undoOverride(id: string, actor: Actor): Promise<ActionResult>;
  /** Exceptions in force or to come within a year. */
  overrides(at: Date): Promise<readonly OncallOverride[]>;
  /** Who has a roster's role, and until when their shift lasts; null when nobody has it. */
  restOfShift(roster: string, at: Date): Promise<{ readonly person: string; readonly to: Date } | null>;
  /** The name by which the schedule knows somebody; their own where it does not. */
  nameOf(person: Person): string;
}
