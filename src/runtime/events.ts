import type { Logger } from "pino";
import type { Clock } from "../alert/clock.ts";

/**
 * Tells subscribers what happened. Whoever emits never waits and never fails by it: each subscriber has its own bounded queue, so a
 * slow or failing one holds up neither the emitter nor the others.
 */
export interface Events<Happenings> {
  emit<Name extends keyof Happenings>(name: Name, happening: Happenings[Name]): void;
  /** Handles every happening, in turn. */
  on<Name extends keyof Happenings & string>(
    name: Name,
    subscriber: string,
    handle: (happening: Happenings[Name]) => Promise<void> | void,
  ): void;
  /** Handles the newest happening only: what comes while the subscriber is busy replaces what waits. For events that carry a whole state. */
  onNewest<Name extends keyof Happenings & string>(
    name: Name,
    subscriber: string,
    handle: (happening: Happenings[Name]) => Promise<void> | void,
  ): void;
  /** Resolves when nothing waits and nobody is busy. */
  settled(): Promise<void>;
  /** Takes nothing more, drops what waits, and resolves when nobody is busy any more. */
  stop(): Promise<void>;
  /** How each subscription does. */
  subscriptions(): readonly SubscriptionStatus[];
}

export interface SubscriptionStatus {
  readonly event: string;
  readonly subscriber: string;
  readonly handled: number;
  readonly failed: number;
  /** Dropped because the queue was full; replaced newest-only ones do not count. */
  readonly dropped: number;
  readonly waiting: number;
  readonly lastSuccess: Date | null;
  /** Since when it works on one happening; null while it is idle. */
  readonly busySince: Date | null;
}

export interface EventsOptions {
  readonly clock: Clock;
  readonly log: Pick<Logger, "error" | "warn">;
  /** Told of each happening that a subscriber handled or failed at. */
  readonly onHandled?: (subscriber: string, ok: boolean, at: Date) => void;
}

const MOST_WAITING = 1000;

interface Subscription {
  readonly event: string;
  readonly subscriber: string;
  readonly handle: (happening: unknown) => Promise<void> | void;
  readonly most: number;
  queue: unknown[];
  running: Promise<void> | null;
  handled: number;
  failed: number;
  dropped: number;
  lastSuccess: Date | null;
  busySince: Date | null;
}

/** @returns a hub without subscribers */
export function createEvents<Happenings>(options: EventsOptions): Events<Happenings> {
  const { log } = options;
  const subscriptions: Subscription[] = [];
  let stopped = false;

  function subscribe(event: string, subscriber: string, handle: Subscription["handle"], most: number): void {
    subscriptions.push({
      ...{ event, subscriber, handle, most, queue: [], running: null },
      ...{ handled: 0, failed: 0, dropped: 0, lastSuccess: null, busySince: null },
    });
  }

  function offer(one: Subscription, happening: unknown): void {
    one.queue.push(happening);
    if (one.queue.length > one.most) {
      one.queue.shift();
      if (one.most > 1) {
        one.dropped++;
        log.warn(
          { event: one.event, subscriber: one.subscriber },
          "subscriber is too slow: its oldest event is dropped",
        );
      }
    }
    one.running ??= work(one, options);
  }

  const idle = async () => {
    while (subscriptions.some(({ running }) => running !== null)) {
      await Promise.all(subscriptions.map(({ running }) => running));
    }
  };
  return {
    emit(name, happening) {
      for (const one of stopped ? [] : subscriptions) {
        if (one.event === name) {
          offer(one, happening);
        }
      }
    },
    on: (name, subscriber, handle) => subscribe(name, subscriber, handle as Subscription["handle"], MOST_WAITING),
    onNewest: (name, subscriber, handle) => subscribe(name, subscriber, handle as Subscription["handle"], 1),
    settled: idle,
    async stop() {
      stopped = true;
      for (const one of subscriptions) {
        one.queue = [];
      }
      await idle();
    },
    subscriptions: () =>
      subscriptions.map(({ handle: _, most: __, running: ___, queue, ...status }) => ({
        ...status,
        waiting: queue.length,
      })),
  };
}

async function work(one: Subscription, { clock, log, onHandled }: EventsOptions): Promise<void> {
  // Handlers run after the emitter: it must not matter to it who listens.
  await Promise.resolve();
  while (one.queue.length > 0) {
    const happening = one.queue.shift();
    one.busySince = clock();
    try {
      await one.handle(happening);
      one.handled++;
      one.lastSuccess = clock();
      onHandled?.(one.subscriber, true, one.lastSuccess);
    } catch (error) {
      one.failed++;
      onHandled?.(one.subscriber, false, clock());
      log.error({ event: one.event, subscriber: one.subscriber, err: error }, "event could not be handled");
    }
  }
  one.busySince = null;
  one.running = null;
}
