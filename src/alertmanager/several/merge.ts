import type { ActiveAlert } from "../../alert/alert.ts";
import type { NotificationGroup } from "../../alert/alertmanager.ts";

/**
 * One alert of each identity from the lists of several Alertmanagers: the one updated last, with the earliest start, and
 * everything that hides or receives it anywhere. It counts as suppressed only where it is so everywhere.
 */
export function mergeAlerts(lists: readonly (readonly ActiveAlert[])[]): readonly ActiveAlert[] {
  const merged = new Map<string, ActiveAlert>();
  for (const alert of lists.flat()) {
    const known = merged.get(alert.fingerprint);
    merged.set(alert.fingerprint, known === undefined ? alert : mergeTwo(known, alert));
  }
  return [...merged.values()];
}

/** One group of each receiver and label set, its alerts merged. */
export function mergeGroups(lists: readonly (readonly NotificationGroup[])[]): readonly NotificationGroup[] {
  const merged = new Map<string, NotificationGroup>();
  for (const group of lists.flat()) {
    const key = JSON.stringify([group.receiver, Object.entries(group.labels).sort()]);
    const known = merged.get(key);
    merged.set(key, known === undefined ? group : { ...known, alerts: mergeAlerts([known.alerts, group.alerts]) });
  }
  return [...merged.values()];
}

function mergeTwo(left: ActiveAlert, right: ActiveAlert): ActiveAlert {
  const [older, newer] = left.updatedAt.getTime() <= right.updatedAt.getTime() ? [left, right] : [right, left];
  return {
    ...newer,
    startsAt: older.startsAt.getTime() < newer.startsAt.getTime() ? older.startsAt : newer.startsAt,
    state: left.state === right.state ? left.state : "active",
    silencedBy: union(left.silencedBy, right.silencedBy),
    inhibitedBy: union(left.inhibitedBy, right.inhibitedBy),
    receivers: union(left.receivers, right.receivers),
  };
}

function union(left: readonly string[], right: readonly string[]): readonly string[] {
  return [...new Set([...left, ...right])];
}
