import type { Part } from "./status-types.ts";

/**
 * The last good value of a source with its time, and the last failure if that was later: what people are told is never
 * an empty list because a source was down.
 */
export interface Tracked<T> {
  set(value: T, at: Date): void;
  fail(because: string, at: Date): void;
  /** The value whatever its age, or null before the first one. */
  last(): T | null;
  /** The value with its age: fresh, stale (older than the limit or the last try failed), or missing. */
  part(now: Date): Part<T>;
}

/** @param maxAge milliseconds after which a value that was not renewed is stale · @param waiting said before the first value */
export function createTracked<T>(maxAge: number, waiting: string): Tracked<T> {
  let held: { value: T; at: Date } | null = null;
  let failure: string | null = null;
  return {
    set(value, at) {
      held = { value, at };
      failure = null;
    },
    fail(because) {
      failure = because;
    },
    last: () => held?.value ?? null,
    part(now) {
      if (held === null) {
        return { kind: "missing", because: failure ?? waiting };
      }
      if (failure !== null) {
        return { kind: "stale", ...held, because: failure };
      }
      const late = now.getTime() - held.at.getTime() > maxAge;
      return late ? { kind: "stale", ...held, because: "nothing new has come since" } : { kind: "fresh", ...held };
    },
  };
}
