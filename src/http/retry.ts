import pRetry from "p-retry";

/** What retries need from outside. */
export interface RetryTools {
  /** Waits; rejects when the signal aborts. */
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** 0 to 1, spreads the tries of several clients. */
  readonly random: () => number;
}

/** When to try again and how long to wait before it. */
export interface RetryPolicy {
  /** In all, the first included. */
  readonly tries: number;
  /** Milliseconds; doubled with each further try, times a half to one and a half. */
  readonly firstWait: number;
  readonly longestWait: number;
  readonly mayRetry: (error: Error) => boolean;
  /** Milliseconds after which the server wants to be asked again, when it said so; too long means no retry. */
  readonly askedFor?: (error: Error) => number | null;
}

/**
 * Does the work again when it fails for a reason that may pass. The waiting is handed in: p-retry awaits it before each try.
 * @throws what the last try threw, or the signal's reason
 */
export function withRetries<T>(
  work: () => Promise<T>,
  policy: RetryPolicy,
  tools: RetryTools,
  signal?: AbortSignal,
): Promise<T> {
  const waitBefore = (error: Error, attempt: number): number => {
    const usual = policy.firstWait * 2 ** (attempt - 1) * (0.5 + tools.random());
    return policy.askedFor?.(error) ?? Math.min(policy.longestWait, usual);
  };
  return pRetry(work, {
    retries: policy.tries - 1,
    minTimeout: 0,
    ...(signal === undefined ? {} : { signal }),
    async shouldRetry({ error, attemptNumber }) {
      if (!policy.mayRetry(error) || (policy.askedFor?.(error) ?? 0) > policy.longestWait) {
        return false;
      }
      await tools.sleep(waitBefore(error, attemptNumber), signal);
      return true;
    },
  });
}
