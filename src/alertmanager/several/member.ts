import type { Logger } from "pino";
import type { Alert } from "../../alert/alert.ts";
import type { Clock } from "../../alert/clock.ts";
import { AlertmanagerError } from "../error.ts";
import type { AlertmanagerServer } from "../server.ts";
import type { Missed } from "./missed.ts";
import { createOutbox } from "./outbox.ts";

/** Waits between two tries to reach an Alertmanager that is away, in milliseconds. */
const FIRST_RETRY = 5000;
const LONGEST_RETRY = 60_000;

/** How one of several Alertmanagers is. */
export interface MemberHealth {
  readonly address: string;
  /** Since when it cannot be reached, or null while all is well. */
  readonly degradedSince: Date | null;
  /** Why, in words; null while all is well. */
  readonly fault: string | null;
  /** Alerts that it missed and will get when it returns. */
  readonly missed: number;
}

/** What became of a post to one member. */
export type Delivery =
  | { readonly outcome: "accepted"; readonly caughtUp: number }
  | { readonly outcome: "refused"; readonly error: AlertmanagerError }
  | { readonly outcome: "unreachable"; readonly error: AlertmanagerError }
  | { readonly outcome: "waiting" };

/** One of several Alertmanagers, with what it missed. */
export interface Member {
  readonly server: AlertmanagerServer;
  health(): MemberHealth;
  /** When it was last found to be back, or null: one that has just returned may not know everything yet. */
  returnedAt(): number | null;
  /** Sends what it missed and these. `isUrgent` tries also when the next try is not due yet. */
  deliver(alerts: readonly Alert[], isUrgent: boolean): Promise<Delivery>;
  /** Keeps for later what others accepted. */
  remember(alerts: readonly Alert[]): Promise<void>;
  /** Runs a request and notes whether the server could be reached. */
  attempt<T>(request: (server: AlertmanagerServer) => Promise<T>): Promise<T>;
}

export interface MemberOptions {
  readonly log: Pick<Logger, "info" | "warn">;
  readonly clock: Clock;
  /** Where what it missed is kept over restarts; null for nowhere. */
  readonly missed: Missed | null;
  /** Called when it is back after it was away. */
  readonly onReturn: () => void;
}

interface Down {
  readonly since: Date;
  readonly fault: string;
  readonly wait: number;
  readonly nextTry: number;
  /** It answered a post with a failure: that it answers questions says nothing. */
  readonly refusesPosts: boolean;
}

export function createMember(
  server: AlertmanagerServer,
  { log, clock, missed: written, onReturn }: MemberOptions,
): Member {
  const outbox = createOutbox();
  let isRecalled = written === null;
  let isWritten = false;
  let down: Down | null = null;
  let returnedAt: number | null = null;

  const noteFailure = (error: AlertmanagerError, refusesPosts: boolean) => {
    const now = clock();
    if (down === null) {
      log.warn({ address: server.address, fault: error.what, hint: error.hint }, "Alertmanager is away");
      down = { since: now, fault: error.what, wait: FIRST_RETRY, nextTry: now.getTime() + FIRST_RETRY, refusesPosts };
    } else if (now.getTime() >= down.nextTry) {
      const wait = Math.min(down.wait * 2, LONGEST_RETRY);
      down = { ...down, fault: error.what, wait, nextTry: now.getTime() + wait, refusesPosts };
    }
  };
  /** One that answers questions and fails at alerts is back when it has accepted some. */
  const noteSuccess = (hasAccepted: boolean) => {
    if (down !== null && (hasAccepted || !down.refusesPosts)) {
      log.info({ address: server.address, since: down.since, missed: outbox.size }, "Alertmanager is back");
      returnedAt = clock().getTime();
      down = null;
      onReturn();
    }
  };
  /** Takes up what an earlier process wrote down. */
  const recall = async () => {
    if (!isRecalled) {
      const kept = (await written?.load()) ?? [];
      outbox.add(kept, clock().getTime());
      isWritten = kept.length > 0;
      isRecalled = true;
    }
  };
  const write = async () => {
    if (isWritten || outbox.size > 0) {
      await written?.save(outbox.pending(clock().getTime()), clock());
      isWritten = outbox.size > 0;
    }
  };
  const tried = async <T>(isPost: boolean, request: (server: AlertmanagerServer) => Promise<T>): Promise<T> => {
    try {
      const answer = await request(server);
      noteSuccess(isPost);
      return answer;
    } catch (error) {
      if (error instanceof AlertmanagerError && error.isTemporary) {
        noteFailure(error, (isPost && error.status !== null) || (down?.refusesPosts ?? false));
      }
      throw error;
    }
  };
  const attempt: Member["attempt"] = (request) => tried(false, request);

  return {
    server,
    attempt,
    returnedAt: () => returnedAt,
    health: () => ({
      address: server.address,
      degradedSince: down?.since ?? null,
      fault: down?.fault ?? null,
      missed: outbox.size,
    }),
    async remember(alerts) {
      await recall();
      const dropped = outbox.add(alerts, clock().getTime());
      if (dropped > 0) {
        log.warn({ address: server.address, dropped }, "too many alerts kept for an Alertmanager that is away");
      }
      await write();
    },
    async deliver(alerts, isUrgent) {
      const now = clock().getTime();
      if (down !== null && down.nextTry > now && !isUrgent) {
        return { outcome: "waiting" };
      }
      await recall();
      const missed = outbox.pending(now);
      try {
        const due = [...missed, ...alerts];
        // Nothing to send is no success: whether it is there has to be asked.
        await (due.length === 0 ? attempt((target) => target.status()) : tried(true, (target) => target.post(due)));
        outbox.sent(missed);
        await write();
        return { outcome: "accepted", caughtUp: missed.length };
      } catch (error) {
        if (!(error instanceof AlertmanagerError)) {
          throw error;
        }
        if (error.isTemporary) {
          return { outcome: "unreachable", error };
        }
        outbox.sent(missed);
        return { outcome: "refused", error };
      }
    },
  };
}
