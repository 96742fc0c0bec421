import type { Alert } from "../../alert/alert.ts";
import { fingerprint } from "../../alert/fingerprint.ts";
import { DEFAULT_RESOLVE_TIMEOUT } from "../schema.ts";

/** Most alerts that are kept for one Alertmanager that is away. */
const MAX_KEPT = 100_000;

interface Kept {
  readonly alert: Alert;
  readonly keptAt: number;
}

/** What one Alertmanager missed while it was away: the last state of each alert, resolutions too. */
export interface Outbox {
  /** Remembers them; a newer state of an alert replaces the older. Gives how many had to be dropped for want of room. */
  add(alerts: readonly Alert[], now: number): number;
  /**
   * What is to be sent before anything newer. An alert without an end that nobody renewed within the resolve timeout is
   * left out: it would have timed out by now.
   */
  pending(now: number): readonly Alert[];
  /** Forgets what was sent, except what changed meanwhile. */
  sent(alerts: readonly Alert[]): void;
  readonly size: number;
}

export function createOutbox(): Outbox {
  const kept = new Map<string, Kept>();
  return {
    add(alerts, now) {
      let dropped = 0;
      for (const alert of alerts) {
        const key = fingerprint(alert.labels);
        kept.delete(key);
        if (kept.size >= MAX_KEPT) {
          kept.delete(kept.keys().next().value ?? "");
          dropped++;
        }
        kept.set(key, { alert, keptAt: now });
      }
      return dropped;
    },
    pending(now) {
      for (const [key, { alert, keptAt }] of kept) {
        if (alert.endsAt === null && keptAt + DEFAULT_RESOLVE_TIMEOUT <= now) {
          kept.delete(key);
        }
      }
      return [...kept.values()].map(({ alert }) => alert);
    },
    sent(alerts) {
      for (const alert of alerts) {
        const key = fingerprint(alert.labels);
        if (kept.get(key)?.alert === alert) {
          kept.delete(key);
        }
      }
    },
    get size() {
      return kept.size;
    },
  };
}
