import type { Labels } from "../alert/alert.ts";

/** One time series of an answer. `times` are unix seconds, ascending; a point that does not exist is simply not there. */
export interface Series {
  readonly labels: Labels;
  readonly times: Float64Array;
  /** As long as `times`; may hold NaN and infinities where Prometheus gives them. */
  readonly values: Float64Array;
}

/** The value of one series at one time. */
export interface Sample {
  readonly labels: Labels;
  /** Unix seconds. */
  readonly time: number;
  readonly value: number;
}

/** Where metrics come from: a server that speaks Prometheus's query API, or the simulated CMSWEB. */
export interface MetricSource {
  /** What people call it: an address, or `simulated`. */
  readonly name: string;
  /**
   * Values at `from`, `from + step`, … ≤ `to`; both ends included. No series is an answer, a failure is thrown.
   * @param step milliseconds
   * @throws MetricSourceError when it cannot be asked or refuses.
   */
  range(query: string, from: Date, to: Date, step: number, signal?: AbortSignal): Promise<readonly Series[]>;
  /** Values at one time. @throws MetricSourceError as `range`. */
  instant(query: string, at: Date, signal?: AbortSignal): Promise<readonly Sample[]>;
  /** Whether it answers just now, and if not, why. Never throws. */
  reachable(): Promise<{ readonly ok: true } | { readonly ok: false; readonly reason: string }>;
}

/** A query that was not answered. The message names the address, the query, what came back, and what to do. */
export class MetricSourceError extends Error {
  override readonly name = "MetricSourceError";
  /** True when the same question may be answered later (network, timeout, 429, 5xx). */
  readonly passing: boolean;
  /** True when the answer was more than may be read: a shorter range may work. */
  readonly tooLarge: boolean;

  constructor(message: string, passing: boolean, options?: ErrorOptions & { tooLarge?: boolean }) {
    super(message, options);
    this.passing = passing;
    this.tooLarge = options?.tooLarge ?? false;
  }
}
