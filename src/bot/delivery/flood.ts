import type { AlertGroup } from "../../alert/group.ts";

export interface FloodRules {
  /** So many new messages within `window` are posted one by one; what comes beyond goes into one summary. */
  readonly limit: number;
  /** Milliseconds. */
  readonly window: number;
  /** A flood is over when nothing has gone into its summary for so long, in milliseconds. */
  readonly quietFor: number;
}

export const DEFAULT_FLOOD_RULES: FloodRules = { limit: 10, window: 60_000, quietFor: 300_000 };
const MAX_GROUPS = 2000;

/** A flood while it lasts: its groups in their newest state. */
export interface Flood {
  readonly id: string;
  readonly since: Date;
  readonly groups: readonly AlertGroup[];
}

/** Decides which new groups get their own message and which go into a flood's summary. */
export interface FloodGate {
  /** For a group that has no message yet. */
  admit(group: AlertGroup, now: Date): "own message" | "summary";
  current(): Flood | null;
  /** Once the flood is over: groups that still fire and now get their own message, at most `limit` at a time. */
  release(now: Date): readonly AlertGroup[];
}

export function createFloodGate(rules: FloodRules): FloodGate {
  let posted: number[] = [];
  /** Groups that got their own message, or will at a later try: trying again makes no flood. */
  const admitted = new Set<string>();
  let flood: { id: string; since: Date; last: number; groups: Map<string, AlertGroup> } | null = null;
  const isFull = (now: number) => {
    // What was posted in the future was posted before the machine's time was set back: it is of the past.
    posted = posted.filter((at) => at > now - rules.window && at <= now);
    return posted.length >= rules.limit;
  };
  const admit = (id: string) => {
    if (admitted.size >= MAX_GROUPS) {
      admitted.clear();
    }
    admitted.add(id);
  };
  return {
    admit(group, now) {
      const at = now.getTime();
      const known = flood?.groups.has(group.id) === true;
      if (admitted.has(group.id)) {
        return "own message";
      }
      if (!known && !isFull(at) && flood === null) {
        posted.push(at);
        admit(group.id);
        return "own message";
      }
      // A flood ends after so long a silence, so no two begin in one such span: replicas, and a restart, share its summary.
      flood ??= { id: `flood/${Math.floor(at / rules.quietFor)}`, since: now, last: at, groups: new Map() };
      flood.last = known ? flood.last : at;
      if (known || flood.groups.size < MAX_GROUPS) {
        flood.groups.set(group.id, group);
      }
      return "summary";
    },
    current: () => (flood === null ? null : { id: flood.id, since: flood.since, groups: [...flood.groups.values()] }),
    release(now) {
      const quietFor = flood === null ? 0 : now.getTime() - flood.last;
      if (flood === null || (quietFor >= 0 && quietFor < rules.quietFor)) {
        return [];
      }
      const firing = [...flood.groups.values()].filter(({ state }) => state !== "resolved");
      const next: AlertGroup[] = [];
      for (const group of firing) {
        if (isFull(now.getTime())) {
          break;
        }
        posted.push(now.getTime());
        admit(group.id);
        flood.groups.delete(group.id);
        next.push(group);
      }
      if (next.length === firing.length) {
        flood = null;
      }
      return next;
    },
  };
}
