import { webApi } from "@slack/bolt";
import PQueue from "p-queue";
import type { Logger } from "pino";

/** Lower numbers go first within a channel. */
export const PRIORITY = { page: 0, person: 1, alert: 2, edit: 3, digest: 4 } as const;

/** Sends to Slack, one message at a time per channel. */
export interface Outbox {
  /**
   * Runs the call when it is the channel's turn; after a rate limit it waits as long as Slack said, after a fault of the
   * network or of Slack a little longer each time.
   * @param confirm asked before a repeat after a fault that may have come after the deed: its answer, when not null, is taken
   * @throws the last error when all attempts failed, at once for what a repeat cannot mend (a deleted channel, a revoked token)
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
  const queues = new Map<string, PQueue>();
  return {
    async send(channel, priority, call, confirm) {
      const queue = queueOf(queues, channel, options.spacing);
      if (queue.size >= MAX_QUEUED) {
        throw new Error(`${queue.size} messages wait for ${channel}: not taking more`);
      }
      try {
        return await queue.add(() => attempt(channel, call, confirm, options), { priority: -priority });
      } finally {
        // A queue that only exists because a channel was once written to is not kept.
        if (queue.size === 0 && queue.pending === 0 && options.spacing === 0) {
          queues.delete(channel);
        }
      }
    },
    async idle() {
      await Promise.all([...queues.values()].map((queue) => queue.onIdle()));
    },
    backlog: () =>
      new Map([...queues].filter(([, queue]) => queue.size > 0).map(([channel, queue]) => [channel, queue.size])),
  };
}

const MAX_QUEUES = 1000;

function queueOf(queues: Map<string, PQueue>, channel: string, spacing: number): PQueue {
  const known = queues.get(channel);
  if (known !== undefined) {
    return known;
  }
  if (queues.size >= MAX_QUEUES) {
    for (const [name, queue] of queues) {
      if (queue.size === 0 && queue.pending === 0) {
        queues.delete(name);
      }
    }
  }
  const made = new PQueue({ concurrency: 1, ...(spacing > 0 ? { interval: spacing, intervalCap: 1 } : {}) });
  queues.set(channel, made);
  return made;
}

async function attempt<T>(
  channel: string,
  call: () => Promise<T>,
  confirm: (() => Promise<T | null>) | undefined,
  { log, sleep, onLimited }: OutboxOptions,
): Promise<T> {
  let faults = 0;
  for (let limited = 0; ; ) {
    try {
      const answer = await call();
      if (limited > 0) {
        onLimited?.(channel, null);
      }
      return answer;
    } catch (error) {
      const kind = faultOf(error);
      if (kind.kind === "limited" && ++limited <= RATE_LIMIT_ATTEMPTS) {
        log.warn({ channel, seconds: kind.seconds }, "slack asks to wait");
        if (limited === 1) {
          onLimited?.(channel, kind.seconds);
        }
        await sleep(kind.seconds * 1000);
      } else if (kind.kind === "passing" && ++faults < ATTEMPTS) {
        log.warn({ channel, attempt: faults, reason: kind.reason }, "slack did not answer, trying again");
        await sleep(Math.min(30_000, 500 * 2 ** faults));
        const found = await confirmed(confirm);
        if (found !== null) {
          return found;
        }
      } else {
        throw error;
      }
    }
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
