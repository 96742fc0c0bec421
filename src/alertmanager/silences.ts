import type { Alertmanager } from "../alert/alertmanager.ts";
import type { Clock } from "../alert/clock.ts";
import { formatDuration } from "../alert/duration.ts";
import { formatMatcher, type Matcher } from "../alert/matcher.ts";
import { isOurs, SILENCE_MARK, type Silence, type SilencePreview } from "../alert/silence.ts";
import { UserError } from "../alert/user-error.ts";
import type { Intentions } from "./intentions.ts";
import { breadth, previewSilence } from "./silence-preview.ts";
import type { AlertPast, LedgerEntry, SilenceLedger, SilenceWish } from "./silence-types.ts";

const SHORTEST = 60_000;

export interface SilencesOptions {
  readonly alertmanager: Alertmanager;
  /** Null where nothing is written down: Alertmanager's own record is all there is then. */
  readonly ledger: SilenceLedger | null;
  /** Where what is to be made is written down first; left out where nothing is written down. */
  readonly intentions?: Intentions;
  readonly past: AlertPast | null;
  readonly clock: Clock;
  /** Longest silence in milliseconds. */
  readonly longest: number;
}

/** Silences with an owner and a reason. Only those with our mark are ever changed or ended. All throw AlertmanagerError. */
export interface Silences {
  preview(matchers: readonly Matcher[]): Promise<SilencePreview>;
  /** @throws UserError for one without owner or reason, too long, too short, or broad without having been asked twice */
  add(wish: SilenceWish): Promise<LedgerEntry>;
  /** Moves the end, at most to the longest length from now. @throws UserError for one that is over or not ours */
  extend(silenceId: string, endsAt: Date): Promise<LedgerEntry>;
  /** Ends it now; one that has ended already stays as it is. @throws UserError for one that is unknown or not ours */
  expire(silenceId: string): Promise<Silence>;
}

export function createSilences(options: SilencesOptions): Silences {
  const { alertmanager, ledger, clock } = options;
  const firingLabels = async () => (await alertmanager.alerts()).map((alert) => alert.labels);
  const own = async (silenceId: string): Promise<Silence> => {
    const silence = (await alertmanager.silences()).find(({ id }) => id === silenceId);
    return refuseForeign(silence, silenceId);
  };
  const known = async (silence: Silence): Promise<LedgerEntry> =>
    (await ledger?.get(silence.id)) ?? entryOf(silence, "manual");

  return {
    preview: async (matchers) => previewSilence(matchers, await firingLabels(), options.past, clock()),
    async add(wish) {
      const startsAt = wish.startsAt ?? clock();
      refuseFaulty(wish, startsAt, options.longest, clock());
      if (wish.evenIfBroad !== true) {
        await refuseBroad(wish.matchers, firingLabels);
      }
      const comment = `${wish.reason.trim()} ${SILENCE_MARK}`;
      const { matchers, endsAt, owner } = wish;
      const wanted = { matchers, startsAt, endsAt, createdBy: owner, comment };
      const settle = await options.intentions?.begin(wanted, clock());
      const silenceId = await alertmanager.putSilence(wanted);
      const entry: LedgerEntry = {
        silenceId,
        owner,
        reason: wish.reason.trim(),
        purpose: wish.purpose ?? "manual",
        groupId: wish.groupId ?? null,
        matchers: matchers.map(formatMatcher),
        startsAt,
        endsAt,
        endedAt: null,
        hidden: [],
      };
      await ledger?.save(entry).catch(async (error: unknown) => {
        // Hidden by nobody known: better not hidden. What cannot be undone now is undone by the maintenance.
        await alertmanager.expireSilence(silenceId).catch(() => {});
        throw error;
      });
      await settle?.().catch(() => {});
      return entry;
    },
    async extend(silenceId, endsAt) {
      const silence = await own(silenceId);
      if (silence.state === "expired") {
        throw new UserError("has ended already", `silence ${silenceId}`, "make a new one");
      }
      refuseLength(endsAt.getTime() - clock().getTime(), options.longest);
      const entry = await known(silence);
      const id = await alertmanager.putSilence({ ...silence, endsAt });
      if (id !== silenceId) {
        await ledger?.save({ ...entry, endedAt: clock() });
      }
      const extended = { ...entry, silenceId: id, endsAt };
      await ledger?.save(extended);
      return extended;
    },
    async expire(silenceId) {
      const silence = await own(silenceId);
      if (silence.state !== "expired") {
        await alertmanager.expireSilence(silenceId);
        await ledger?.save({ ...(await known(silence)), endedAt: clock() });
      }
      return silence;
    },
  };
}

/** What can be told of a silence of ours that nobody wrote down. */
export function entryOf(silence: Silence, purpose: LedgerEntry["purpose"]): LedgerEntry {
  return {
    silenceId: silence.id,
    owner: silence.createdBy,
    reason: reasonOf(silence),
    purpose,
    groupId: null,
    matchers: silence.matchers.map(formatMatcher),
    startsAt: silence.startsAt,
    endsAt: silence.endsAt,
    endedAt: silence.state === "expired" ? silence.endsAt : null,
    hidden: [],
  };
}

/** A silence's comment for people, without our mark. */
export function reasonOf(silence: Pick<Silence, "comment">): string {
  const comment = silence.comment.trimEnd();
  return isOurs(silence) ? comment.slice(0, -SILENCE_MARK.length).trimEnd() : comment;
}

function refuseForeign(silence: Silence | undefined, silenceId: string): Silence {
  if (silence === undefined) {
    throw new UserError(
      "is not known to Alertmanager",
      `silence ${silenceId}`,
      "list them with `cmswatch silences list`",
    );
  }
  if (!isOurs(silence)) {
    throw new UserError(
      `was made by ${silence.createdBy} without cmswatch`,
      `silence ${silenceId}`,
      "only they, or Alertmanager's own page, can change it",
    );
  }
  return silence;
}

function refuseFaulty(wish: SilenceWish, startsAt: Date, longest: number, now: Date): void {
  if (wish.owner.trim() === "" || wish.reason.trim() === "") {
    const what = wish.owner.trim() === "" ? "owner" : "reason";
    throw new UserError(`has no ${what}`, "silence", "say who wants it and why: whoever finds it later needs both");
  }
  if (wish.matchers.length === 0) {
    throw new UserError("has no matchers", "silence", 'say what to hide, e.g. service="dbs"');
  }
  if (wish.endsAt.getTime() <= now.getTime()) {
    throw new UserError("would be over already", "silence", "give a later end");
  }
  refuseLength(wish.endsAt.getTime() - startsAt.getTime(), longest);
}

function refuseLength(length: number, longest: number): void {
  if (length < SHORTEST) {
    throw new UserError("is shorter than a minute", "silence", "give a longer time");
  }
  if (length > longest) {
    throw new UserError(
      `of ${formatDuration(length)} is longer than ${formatDuration(longest)}`,
      "silence",
      "make it shorter, or raise intelligence.maxSilence",
    );
  }
}

async function refuseBroad(
  matchers: readonly Matcher[],
  firingLabels: () => Promise<readonly Readonly<Record<string, string>>[]>,
): Promise<void> {
  const preview = await previewSilence(matchers, await firingLabels(), null, new Date(0));
  const warning = preview.warning ?? breadth(matchers, 0, 0);
  if (warning !== null) {
    throw new UserError(`is broad: ${warning}`, "silence", "narrow it, or insist that it is meant so");
  }
}
