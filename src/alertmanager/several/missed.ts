import { z } from "zod";
import { type Alert, isResolved } from "../../alert/alert.ts";
import { labelSet } from "../../alert/label-set.ts";
import type { SyncStates } from "../sync-types.ts";

/** Most ends that are written down for one Alertmanager. */
const MAX_WRITTEN = 10_000;

const missedSchema = z.array(
  z.object({ labels: labelSet, annotations: labelSet, startsAt: z.coerce.date(), endsAt: z.coerce.date() }),
);

/** What one Alertmanager missed, kept over restarts of cmswatch. */
export interface Missed {
  load(): Promise<readonly Alert[]>;
  /** Replaces what was kept. */
  save(alerts: readonly Alert[], now: Date): Promise<void>;
}

/**
 * Only ends are kept: what is still open is sent again by every cycle, and an alert that was ended while one Alertmanager
 * was away would else stay there until its announced end.
 */
export function createMissed(states: SyncStates, address: string): Missed {
  const key = `alertmanager/missed/${address}`;
  return {
    async load() {
      const kept = missedSchema.safeParse((await states.get(key)) ?? []);
      return kept.success ? kept.data : [];
    },
    async save(alerts, now) {
      const ends = alerts.filter((alert) => isResolved(alert, now)).slice(-MAX_WRITTEN);
      if (ends.length === 0) {
        await states.remove(key);
      } else {
        await states.put(
          key,
          ends.map(({ labels, annotations, startsAt, endsAt }) => ({ labels, annotations, startsAt, endsAt })),
        );
      }
    },
  };
}
