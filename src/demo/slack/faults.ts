/** How the emulated Slack shall fail for a while; for tests of what the bot does then. */
export interface Fault {
  /** Web API method, e.g. `chat.postMessage`; `*` for all. */
  readonly method: string;
  /** Only for this channel. */
  readonly channel?: string;
  /** How many calls fail. */
  readonly times: number;
  /**
   * `limited`: 429 with Retry-After; `broken`: 503; `refused`: ok false with the error; `lost`: the deed is done, but the
   * connection breaks before the answer; `unreachable`: the connection breaks before the deed.
   */
  readonly how:
    | { readonly kind: "limited"; readonly seconds: number }
    | { readonly kind: "broken" }
    | { readonly kind: "refused"; readonly error: string }
    | { readonly kind: "lost" }
    | { readonly kind: "unreachable" };
}

/** Faults that are still to happen. */
export interface Faults {
  add(fault: Fault): void;
  /** The fault this call meets, which is then one less to come; null when it goes through. */
  take(method: string, channel: string | null): Fault["how"] | null;
}

export function createFaults(): Faults {
  const coming: { fault: Fault; left: number }[] = [];
  return {
    add: (fault) => coming.push({ fault, left: fault.times }),
    take(method, channel) {
      const met = coming.find(
        ({ fault, left }) =>
          left > 0 && (fault.method === "*" || fault.method === method) && (fault.channel ?? channel) === channel,
      );
      if (met === undefined) {
        return null;
      }
      met.left -= 1;
      if (met.left === 0) {
        coming.splice(coming.indexOf(met), 1);
      }
      return met.fault.how;
    },
  };
}
