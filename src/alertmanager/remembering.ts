import type { Logger } from "pino";
import type { ActiveAlert } from "../alert/alert.ts";
import type { Alertmanager } from "../alert/alertmanager.ts";
import type { Clock } from "../alert/clock.ts";
import { matchesAll } from "../alert/matcher.ts";

export interface RememberingParts {
  readonly alertmanager: Alertmanager;
  /** Alerts that fired when the last process looked. */
  readonly seen: readonly ActiveAlert[];
  readonly clock: Clock;
  readonly log: Pick<Logger, "warn">;
  /** Told when it was found to have restarted, also before the first look of this process. */
  readonly onRestart: () => void;
}

/** An Alertmanager whose list of alerts stays whole over its restarts. */
export interface RememberingAlertmanager extends Alertmanager {
  /** False while it is so young that not everybody had time to send again what fires; as of the last list. */
  isWhole(): boolean;
  /** How many alerts are in the list only because it restarted. */
  held(): number;
}

/**
 * Alertmanager keeps no alerts over a restart: one that is younger than its resolve timeout has not heard of all yet. What was
 * there before it started and is missing from its list stays in ours until its senders had time to send it again, so that nothing is
 * taken for resolved that still fires.
 */
export function createRememberingAlertmanager(parts: RememberingParts): RememberingAlertmanager {
  const { alertmanager, clock, log, onRestart } = parts;
  let known = new Map(parts.seen.map((alert) => [alert.fingerprint, alert]));
  let startedAt: number | null = null;
  let held: readonly ActiveAlert[] = [];
  let wholeFrom = new Date(0);

  async function whole(): Promise<readonly ActiveAlert[]> {
    const [listed, status] = await Promise.all([alertmanager.alerts(), alertmanager.status()]);
    const since = status.uptimeSince.getTime();
    wholeFrom = new Date(since + status.resolveTimeout);
    const isYoung = clock() < wholeFrom;
    const present = new Set(listed.map(({ fingerprint }) => fingerprint));
    held = isYoung
      ? [...known.values()].filter((alert) => !present.has(alert.fingerprint) && alert.updatedAt.getTime() <= since)
      : [];
    if (since !== startedAt) {
      startedAt = since;
      if (isYoung && known.size > 0) {
        log.warn(
          { since: status.uptimeSince, missing: held.length },
          "alertmanager restarted; its list is not whole yet",
        );
        onRestart();
      }
    }
    const all = [...listed, ...held];
    known = new Map(all.map((alert) => [alert.fingerprint, alert]));
    return all;
  }

  return {
    ...alertmanager,
    async alerts(filter) {
      if (filter === undefined) {
        return whole();
      }
      const { matchers = [], ...states } = filter;
      const listed = await alertmanager.alerts(filter);
      const present = new Set(listed.map(({ fingerprint }) => fingerprint));
      const isPlain = Object.keys(states).length === 0;
      const missing = held.filter((one) => !present.has(one.fingerprint) && matchesAll(matchers, one.labels));
      return isPlain ? [...listed, ...missing] : listed;
    },
    isWhole: () => clock() >= wholeFrom,
    held: () => held.length,
  };
}
