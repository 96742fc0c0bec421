import { HttpFault } from "../../http/fault.ts";
import { type RetryTools, withRetries } from "../../http/retry.ts";

const POLICY = {
  tries: 4,
  firstWait: 1000,
  longestWait: 60_000,
  mayRetry: (error: Error) => error instanceof HttpFault && error.isTemporary,
  askedFor: (error: Error) => (error instanceof HttpFault ? error.retryAfter : null),
};

/**
 * Fetches again what fails for a reason that may pass, at most four times, waiting 1, 2 and 4 s (half to one and a half of it), or
 * as long as the server asks for when that is at most a minute. Reading and parsing are part of it: an answer may break off.
 * @throws what the last try threw.
 */
export function fetchWithRetries<T>(work: () => Promise<T>, tools: RetryTools, signal?: AbortSignal): Promise<T> {
  return withRetries(work, POLICY, tools, signal);
}
