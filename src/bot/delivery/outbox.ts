import { webApi } from "@slack/bolt";
import PQueue from "p-queue";
import type { Logger } from "pino";

/** Lower numbers go first within a channel. */
export const PRIORITY = { page: 0, person: 1, alert: 2, edit: 3, digest: 4 } as const;

/** Sends to Slack, one message at a time per channel, the most urgent first. */
export interface Outbox {
  /**
   * Runs the call when it is the channel's turn; after a rate limit it waits as long as Slack said, after a fault of the
   * network or of Slack a little longer each time.
   * @param confirm asked before a repeat after a fault that may have come after the deed: its answer, when not null, is taken
   * @throws the last error when all attempts failed, at once for what a repeat cannot fix (a deleted channel, a revoked token)
   */
  send<T>(channel: string, priority: number, call: () => Promise<T>, confirm?: () => Promise<T | null>): Promise<T>;
  /** Resolves when nothing waits. */
  idle(): Promise<void>;
  /** Channels that wait because Slack asked for it, with the number of waiting messages. */
  backlog(): ReadonlyMap<string, number>;
}

export interface OutboxOptions {
  readonly log: Logger;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
  /** Least distance of two messages in milliseconds. */
  readonly spacing: number;
  /** Told when a channel has to wait, and again when it goes on. */
  readonly onLimited?: (channel: string, seconds: number | null) => void;
}

const ATTEMPTS = 6;
const RATE_LIMIT_ATTEMPTS = 20;
const MAX_QUEUED = 500;

export function createOutbox(options: OutboxOptions): Outbox {
  const lanes = new Map<string, Lane>();
  const underWay = new Set<Promise<unknown>>();
  return {
    send(channel, priority, call, confirm) {
      const lane = laneOf(lanes, channel, options.spacing);
      const sending = deliver({ channel, priority, call, confirm }, lane, options).finally(() => {
        underWay.delete(sending);
        // A lane that only exists because a channel was once written to is not kept.
        if (isEmpty(lane) && options.spacing === 0) {
          lanes.delete(channel);
        }
      });
      underWay.add(sending);
      return sending;
    },
    async idle() {
      await Promise.allSettled([...underWay]);
    },
    backlog: () =>
      new Map(
        [...lanes].map(([channel, lane]) => [channel, waitingIn(lane)] as const).filter(([, waiting]) => waiting > 0),
      ),
  };
}

/** What waits for one channel. */
interface Lane {
  readonly queue: PQueue;
  /** Messages that wait outside the queue for their next attempt. */
  resting: number;
}

function waitingIn({ queue, resting }: Lane): number {
  return queue.size + resting;
}

function isEmpty(lane: Lane): boolean {
  return waitingIn(lane) === 0 && lane.queue.pending === 0;
}

interface Job<T> {
  readonly channel: string;
  readonly priority: number;
  readonly call: () => Promise<T>;
  readonly confirm: (() => Promise<T | null>) | undefined;
}

/**
 * Attempts until it is done. Between attempts it does not stand in the queue, so that a page overtakes a digest that fails;
 * after a rate limit the whole lane rests, and what is most urgent goes first then.
 */
async function deliver<T>(job: Job<T>, lane: Lane, options: OutboxOptions): Promise<T> {
  const { queue } = lane;
  if (waitingIn(lane) >= MAX_QUEUED) {
    throw new Error(`${waitingIn(lane)} messages wait for ${job.channel}: not taking more`);
  }
  const met: Met = { faults: 0, limited: 0 };
  for (;;) {
    const turn = await queue.add(() => attempt(job, met, lane, options), { priority: -job.priority });
    if (turn.done) {
      return turn.value;
    }
    lane.resting += 1;
    try {
      await options.sleep(turn.rest);
    } finally {
      lane.resting -= 1;
      if (turn.pauses) {
        queue.start();
      }
    }
  }
}

const MAX_LANES = 1000;

function laneOf(lanes: Map<string, Lane>, channel: string, spacing: number): Lane {
  const known = lanes.get(channel);
  if (known !== undefined) {
    return known;
  }
  if (lanes.size >= MAX_LANES) {
    for (const [name, lane] of lanes) {
      if (isEmpty(lane)) {
        lanes.delete(name);
      }
    }
  }
  const queue = new PQueue({ concurrency: 1, ...(spacing > 0 ? { interval: spacing, intervalCap: 1 } : {}) });
  const made = { queue, resting: 0 };
  lanes.set(channel, made);
  return made;
}

/** What a message has met so far. */
interface Met {
  faults: number;
  limited: number;
}

type Turn<T> =
  | { readonly done: true; readonly value: T }
  | { readonly done: false; readonly rest: number; readonly pauses: boolean };

/** One attempt. @throws what a repeat cannot fix */
async function attempt<T>(
  { channel, call, confirm }: Job<T>,
  met: Met,
  { queue }: Lane,
  { log, onLimited }: OutboxOptions,
): Promise<Turn<T>> {
  try {
    const found = met.faults > 0 ? await confirmed(confirm) : null;
    const value = found ?? (await call());
    if (met.limited > 0) {
      onLimited?.(channel, null);
    }
    return { done: true, value };
  } catch (error) {
    const kind = faultOf(error);
    if (kind.kind === "limited" && ++met.limited <= RATE_LIMIT_ATTEMPTS) {
      log.warn({ channel, seconds: kind.seconds }, "slack asks to wait");
      if (met.limited === 1) {
        onLimited?.(channel, kind.seconds);
      }
      queue.pause();
      return { done: false, rest: kind.seconds * 1000, pauses: true };
    }
    if (kind.kind === "passing" && ++met.faults < ATTEMPTS) {
      log.warn({ channel, attempt: met.faults, reason: kind.reason }, "slack did not answer, trying again");
      return { done: false, rest: Math.min(30_000, 500 * 2 ** met.faults), pauses: false };
    }
    throw error;
  }
}

/** Whether the deed was done after all. A failing question is no answer: the caller then repeats. */
async function confirmed<T>(confirm: (() => Promise<T | null>) | undefined): Promise<T | null> {
  try {
    return confirm === undefined ? null : await confirm();
  } catch {
    return null;
  }
}

type Fault =
  | { readonly kind: "limited"; readonly seconds: number }
  | { readonly kind: "passing"; readonly reason: string }
  | { readonly kind: "final" };

const PASSING_CODES = ["internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"];

/** What kind of failure it is: wait as told, try again, or give up. */
export function faultOf(error: unknown): Fault {
  if (error instanceof webApi.WebAPIRateLimitedError) {
    return { kind: "limited", seconds: Math.max(1, error.retryAfter) };
  }
  if (error instanceof webApi.WebAPIHTTPError) {
    return error.statusCode >= 500 ? { kind: "passing", reason: `HTTP ${error.statusCode}` } : { kind: "final" };
  }
  if (error instanceof webApi.WebAPIRequestError) {
    return { kind: "passing", reason: error.original.message };
  }
  const code = platformCode(error);
  return code !== null && PASSING_CODES.includes(code) ? { kind: "passing", reason: code } : { kind: "final" };
}

/** Slack's own error code (`channel_not_found`), or null for other errors. */
export function platformCode(error: unknown): string | null {
  return error instanceof webApi.WebAPIPlatformError ? error.data.error : null;
}
