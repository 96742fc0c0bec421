import type { Alertmanager } from "../alert/alertmanager.ts";
import type { Clock } from "../alert/clock.ts";
import type { Matcher } from "../alert/matcher.ts";
import { type Acknowledgement, isOurs, type Silence } from "../alert/silence.ts";
import { UserError } from "../alert/user-error.ts";
import type { Silences } from "./silences.ts";

/** An acknowledgement's silence is this long and is extended when half of it is over: it ends soon after cmswatch does. */
const LENGTH = 900_000;
/** An acknowledgement ends after this unless it is renewed. */
const LONGEST = 4 * 3_600_000;
/** Nothing firing under it for this long means that the alert has resolved; less may be a gap between two refreshes. */
const RESOLVED_AFTER = 60_000;

/** Where acknowledgements are written down. The store's AcknowledgementRepository is one. */
export interface AcknowledgementBook {
  save(acknowledgement: Acknowledgement): Promise<void>;
  active(): Promise<readonly Acknowledgement[]>;
  of(groupId: string): Promise<Acknowledgement | null>;
}

/** What happened to an acknowledgement at a look, and why. */
export interface AcknowledgementDecision {
  readonly acknowledgement: Acknowledgement;
  readonly action: "extend" | "end" | "keep";
  readonly reason: string;
}

/** Acknowledging hides an alert from others for as long as somebody works on it, by a short silence that is extended. */
export interface Acknowledgements {
  /** @throws UserError when somebody else has acknowledged it already */
  acknowledge(groupId: string, matchers: readonly Matcher[], by: string): Promise<Acknowledgement>;
  /** "Still working on it." @throws UserError when it is not acknowledged */
  renew(groupId: string): Promise<Acknowledgement>;
  /** Gives it back; null when it was not acknowledged. */
  end(groupId: string): Promise<Acknowledgement | null>;
  /**
   * To be called every minute: extends while the alert fires, ends when it has resolved or the time is over.
   * @param isWhole false while Alertmanager has not heard of all that fires since its start: nothing is taken for resolved then
   */
  tend(isWhole?: boolean): Promise<readonly AcknowledgementDecision[]>;
}

export interface AcknowledgementsOptions {
  readonly alertmanager: Alertmanager;
  readonly silences: Silences;
  readonly book: AcknowledgementBook;
  readonly clock: Clock;
  /** After how many milliseconds it ends unless it is renewed; 4 hours. */
  readonly longest?: number;
}

export function createAcknowledgements(options: AcknowledgementsOptions): Acknowledgements {
  const { alertmanager, silences, book, clock, longest = LONGEST } = options;
  const quietSince = new Map<string, number>();
  const finish = async (acknowledgement: Acknowledgement): Promise<Acknowledgement> => {
    if (acknowledgement.silenceId !== null) {
      await endSilence(alertmanager, acknowledgement.silenceId);
    }
    quietSince.delete(acknowledgement.groupId);
    const ended = { ...acknowledgement, endedAt: clock() };
    await book.save(ended);
    return ended;
  };
  const current = async (groupId: string) => {
    const held = await book.of(groupId);
    return held === null || held.endedAt !== null ? null : held;
  };

  return {
    async acknowledge(groupId, matchers, by) {
      const held = await current(groupId);
      if (held !== null) {
        throw new UserError(`was acknowledged by ${held.by}`, groupId, "talk to them, or undo it first");
      }
      const at = clock();
      const { silenceId } = await silences.add({
        matchers,
        endsAt: new Date(at.getTime() + LENGTH),
        owner: by,
        reason: `ACK! ${by} is working on it`,
        purpose: "acknowledgement",
        groupId,
        evenIfBroad: true,
      });
      const until = new Date(at.getTime() + longest);
      const made = { groupId, by, at, until, silenceId, endedAt: null };
      await book.save(made);
      return made;
    },
    async renew(groupId) {
      const held = await current(groupId);
      if (held === null) {
        throw new UserError("is not acknowledged", groupId, "acknowledge it again");
      }
      const renewed = { ...held, until: new Date(clock().getTime() + longest) };
      await book.save(renewed);
      return renewed;
    },
    async end(groupId) {
      const held = await current(groupId);
      return held === null ? null : finish(held);
    },
    async tend(isWhole = true) {
      const held = await book.active();
      const known = held.length === 0 ? [] : await alertmanager.silences();
      const hiding = held.length === 0 ? [] : (await alertmanager.alerts()).flatMap((alert) => alert.silencedBy);
      const decisions: AcknowledgementDecision[] = [];
      for (const acknowledgement of held) {
        const silence = known.find(({ id }) => id === acknowledgement.silenceId);
        const isQuiet = isWhole && !hiding.includes(acknowledgement.silenceId ?? "");
        const quiet = notedQuiet(quietSince, acknowledgement.groupId, isQuiet, clock().getTime());
        const decision = decide(acknowledgement, silence, quiet, clock());
        decisions.push(await carryOut(decision, silences, book, finish, clock()));
      }
      return decisions;
    },
  };
}

/** For how many milliseconds nothing has fired under it. */
function notedQuiet(quietSince: Map<string, number>, groupId: string, isQuiet: boolean, now: number): number {
  if (!isQuiet) {
    quietSince.delete(groupId);
    return 0;
  }
  const since = quietSince.get(groupId) ?? now;
  quietSince.set(groupId, since);
  return now - since;
}

function decide(
  acknowledgement: Acknowledgement,
  silence: Silence | undefined,
  quiet: number,
  now: Date,
): AcknowledgementDecision {
  if (acknowledgement.until.getTime() <= now.getTime()) {
    return { acknowledgement, action: "end", reason: "nobody said that it is still worked on" };
  }
  if (silence === undefined || silence.state === "expired") {
    return { acknowledgement, action: "end", reason: "its silence has ended" };
  }
  if (quiet >= RESOLVED_AFTER) {
    return { acknowledgement, action: "end", reason: "the alert has resolved" };
  }
  return silence.endsAt.getTime() - now.getTime() <= LENGTH / 2
    ? { acknowledgement, action: "extend", reason: "it still fires and somebody works on it" }
    : { acknowledgement, action: "keep", reason: "its silence lasts" };
}

async function carryOut(
  decision: AcknowledgementDecision,
  silences: Silences,
  book: AcknowledgementBook,
  finish: (acknowledgement: Acknowledgement) => Promise<Acknowledgement>,
  now: Date,
): Promise<AcknowledgementDecision> {
  const { acknowledgement, action } = decision;
  if (action === "end") {
    return { ...decision, acknowledgement: await finish(acknowledgement) };
  }
  if (action === "extend" && acknowledgement.silenceId !== null) {
    const { silenceId } = await silences.extend(acknowledgement.silenceId, new Date(now.getTime() + LENGTH));
    const moved = { ...acknowledgement, silenceId };
    if (silenceId !== acknowledgement.silenceId) {
      await book.save(moved);
    }
    return { ...decision, acknowledgement: moved };
  }
  return decision;
}

/** Ends a silence of ours that may have ended by itself meanwhile. */
async function endSilence(alertmanager: Alertmanager, silenceId: string): Promise<void> {
  const silence = (await alertmanager.silences()).find(({ id }) => id === silenceId);
  if (silence !== undefined && silence.state !== "expired" && isOurs(silence)) {
    await alertmanager.expireSilence(silenceId);
  }
}
