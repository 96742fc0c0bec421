import type { Alert, Labels } from "../../alert/alert.ts";
import { fingerprint } from "../../alert/fingerprint.ts";
import { alertFault } from "../fault.ts";

/** An alert as it is held: it always has an end, which may be one that was made up. */
export interface HeldAlert {
  readonly fingerprint: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly generatorURL: string;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly updatedAt: number;
  /** It was last sent without an end. */
  readonly isTimeout: boolean;
}

/** Resolved alerts are forgotten when nobody sent them for this long; Alertmanager collects its garbage as often. */
const KEEP_RESOLVED = 1_800_000;

/** The alerts of an embedded Alertmanager. Times are milliseconds since 1970. */
export interface AlertShelf {
  /** Stores the valid ones and gives a sentence for each that is not. */
  put(alerts: readonly Alert[], now: number): readonly string[];
  /** Not ended, in order of arrival. */
  firing(now: number): readonly HeldAlert[];
  all(): readonly HeldAlert[];
  load(alerts: readonly HeldAlert[]): void;
}

/** @param resolveTimeout after how many milliseconds an alert without an end ends unless it is sent again */
export function createAlertShelf(resolveTimeout: number): AlertShelf {
  const held = new Map<string, HeldAlert>();
  const forgetOld = (now: number) => {
    for (const [key, alert] of held) {
      if (Math.max(alert.endsAt, alert.updatedAt) < now - KEEP_RESOLVED) {
        held.delete(key);
      }
    }
  };
  return {
    put(alerts, now) {
      forgetOld(now);
      const faults: string[] = [];
      for (const alert of alerts) {
        const incoming = hold(alert, now, resolveTimeout);
        const fault = alertFault({ ...alert, endsAt: new Date(incoming.endsAt) });
        if (fault === null) {
          const old = held.get(incoming.fingerprint);
          held.set(incoming.fingerprint, old !== undefined && overlap(old, incoming) ? merge(old, incoming) : incoming);
        } else {
          faults.push(fault);
        }
      }
      return faults;
    },
    firing: (now) => [...held.values()].filter((alert) => alert.endsAt > now),
    all: () => [...held.values()],
    load(alerts) {
      held.clear();
      for (const alert of alerts) {
        held.set(alert.fingerprint, alert);
      }
    },
  };
}

function hold(alert: Alert, now: number, resolveTimeout: number): HeldAlert {
  const labels = Object.fromEntries(Object.entries(alert.labels).filter(([, value]) => value !== ""));
  return {
    fingerprint: fingerprint(labels),
    labels,
    annotations: alert.annotations,
    generatorURL: alert.generatorURL ?? "",
    startsAt: alert.startsAt.getTime(),
    endsAt: alert.endsAt?.getTime() ?? now + resolveTimeout,
    updatedAt: now,
    isTimeout: alert.endsAt === null,
  };
}

/** True when the times in which both were active have something in common (Alertmanager: provider/mem). */
function overlap(old: HeldAlert, incoming: HeldAlert): boolean {
  const within = (time: number) => time > old.startsAt && time < old.endsAt;
  return within(incoming.endsAt) || within(incoming.startsAt);
}

/**
 * The newer one with the earliest start; an announced end that is later wins over one of a refresh, and a resolution wins
 * over everything. A kept end counts as the refresh's own, so that a second refresh replaces it (Alertmanager:
 * types.Alert.Merge).
 */
function merge(old: HeldAlert, incoming: HeldAlert): HeldAlert {
  const startsAt = Math.min(old.startsAt, incoming.startsAt);
  const isResolved = incoming.endsAt <= incoming.updatedAt;
  const keepsEnd = isResolved
    ? old.endsAt <= incoming.updatedAt && old.endsAt > incoming.endsAt
    : old.endsAt > incoming.endsAt && !old.isTimeout;
  return { ...incoming, startsAt, ...(keepsEnd ? { endsAt: old.endsAt } : {}) };
}
