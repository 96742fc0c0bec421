import { UserError } from "../alert/user-error.ts";

/** A fetch that failed: the address without its query, and whether trying again can help. */
export class FetchError extends UserError {
  override readonly name: string = "FetchError";
  readonly isTemporary: boolean;
  /** Milliseconds after which the server wants to be asked again, when it said so. */
  readonly retryAfter: number | null;

  constructor(
    what: string,
    where: string,
    hint: string,
    options: { isTemporary: boolean; retryAfter?: number | null; cause?: unknown },
  ) {
    super(what, where, hint, options.cause === undefined ? undefined : { cause: options.cause });
    this.isTemporary = options.isTemporary;
    this.retryAfter = options.retryAfter ?? null;
  }
}

/** What retries need from outside. */
export interface RetryTools {
  /** Waits; rejects when the signal aborts. */
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** 0 to 1, spreads the tries of several clients. */
  readonly random: () => number;
}

const TRIES = 4;
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 60_000;

/**
 * Does the work again when it fails for a reason that may pass, at most four times, waiting 1, 2 and 4 s (half to one and
 * a half of it), or as long as the server asks for when that is at most a minute.
 * @throws what the last try threw.
 */
export async function withRetries<T>(work: () => Promise<T>, tools: RetryTools, signal?: AbortSignal): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const wait = error instanceof FetchError ? waitBefore(error, attempt, tools.random()) : null;
      if (wait === null || signal?.aborted === true) {
        throw error;
      }
      await tools.sleep(wait, signal);
    }
  }
}

/** Milliseconds to wait before the next try, or null when there is to be none. */
function waitBefore(error: FetchError, attempt: number, random: number): number | null {
  if (!error.isTemporary || attempt + 1 >= TRIES || (error.retryAfter ?? 0) > LONGEST_WAIT) {
    return null;
  }
  return error.retryAfter ?? FIRST_WAIT * 2 ** attempt * (0.5 + random);
}
