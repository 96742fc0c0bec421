import type { Anomaly } from "../../alert/anomaly.ts";
import type { Clock } from "../../alert/clock.ts";
import type { CurrentState } from "../../intelligence/current-state.ts";
import type { Store } from "../../store/store.ts";

export interface LedgerParts {
  readonly store: Pick<Store, "anomalies">;
  readonly current: CurrentState;
  readonly clock: Clock;
  /** Told of events that opened, changed or closed, after they are stored. */
  readonly onAnomalies: (anomalies: readonly Anomaly[]) => Promise<void>;
}

/** The events that are open, and where they are kept, shown and told of. */
export interface Ledger {
  /** Takes up what was open when the last process ended. */
  restore(): Promise<void>;
  /** Takes in what scoring gave, and tells of all that is open or has just closed. */
  remember(updates: readonly Anomaly[]): Promise<void>;
  /** The open event of an entity that is gone, closed with a reason; null when none is open. */
  closedOf(entity: string, because: string): Anomaly | null;
  /** A person has closed this event: its further course is not told of. */
  dismiss(id: string): void;
}

const MOST_DISMISSED = 10_000;

/** @returns a ledger without any event */
export function createLedger({ store, current, clock, onAnomalies }: LedgerParts): Ledger {
  const open = new Map<string, Anomaly>();
  const dismissed = new Set<string>();
  return {
    async restore() {
      for (const anomaly of await store.anomalies.open()) {
        open.set(anomaly.id, anomaly);
      }
    },
    async remember(updates) {
      const wanted = updates.filter(({ id }) => !dismissed.has(id));
      if (wanted.length > 0) {
        await store.anomalies.save(wanted);
      }
      for (const anomaly of wanted) {
        if (anomaly.closedAt === null) {
          open.set(anomaly.id, anomaly);
        } else {
          open.delete(anomaly.id);
        }
      }
      current.anomalies.set([...open.values()], clock());
      await onAnomalies([...wanted.filter(({ closedAt }) => closedAt !== null), ...open.values()]);
    },
    closedOf(entity, because) {
      const found = [...open.values()].find((anomaly) => anomaly.entity === entity);
      const at = clock();
      return found === undefined
        ? null
        : { ...found, updatedAt: at, closedAt: at, evidence: [...found.evidence, because] };
    },
    dismiss(id) {
      open.delete(id);
      if (dismissed.size < MOST_DISMISSED) {
        dismissed.add(id);
      }
      current.anomalies.set([...open.values()], clock());
    },
  };
}
