import type { ActiveAlert } from "../alert/alert.ts";
import type { AlertChange, AlertHistoryRepository } from "../store/store.ts";
import type { SeenAlert } from "./pipeline.ts";

/** An alert that has not changed for so long is taken for a new one after a restart. */
const LONGEST = 60 * 86_400_000;
/** What resolved so short before the last change may not be told yet. */
const UNTOLD = 60 * 60_000;

/**
 * Alerts as the last process saw them: those that fired, and those that resolved in its last hour. So a restart is not taken for new
 * alerts, and what went meanwhile can be ended where people see it.
 */
export async function recallSeen(
  history: Pick<AlertHistoryRepository, "last">,
  now: Date,
): Promise<readonly SeenAlert[]> {
  const changes = await history.last(new Date(now.getTime() - LONGEST));
  const newest = Math.max(...changes.map(({ at }) => at.getTime()));
  return changes
    .filter(({ state, at }) => state !== "resolved" || newest - at.getTime() <= UNTOLD)
    .map((change) => ({
      alert: lastSeen(change),
      groupId: change.groupId,
      resolvedAt: change.state === "resolved" ? change.at : null,
    }));
}

function lastSeen({ fingerprint, at, state, labels, annotations }: AlertChange): ActiveAlert {
  const isSilenced = state === "silenced";
  return {
    fingerprint,
    labels,
    annotations,
    startsAt: at,
    endsAt: null,
    updatedAt: at,
    state: isSilenced ? "suppressed" : "active",
    silencedBy: isSilenced ? ["before the restart"] : [],
    inhibitedBy: [],
    receivers: [],
  };
}
