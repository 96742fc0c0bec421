import { z } from "zod";
import { parseJson } from "../../alert/json.ts";
import { labelSet } from "../../alert/label-set.ts";
import { createGrouper, type GrouperOptions } from "./grouper.ts";
import type { GroupingEvent } from "./types.ts";

const eventSchema = z.object({
  t: z.number(),
  labels: labelSet,
  annotations: labelSet.default({}),
  startsAt: z.number().nullish(),
  endsAt: z.number().nullish(),
});

/** Where one event ended up after all were seen. */
export interface GroupedEvent {
  readonly index: number;
  readonly t: number;
  readonly groupId: string;
  /** Taken as the cause of its group. */
  readonly isRoot: boolean;
  readonly rule: string;
  readonly reason: string;
}

/** An event from one line of JSON: `{t, labels, annotations, startsAt?, endsAt?}`, times in Unix seconds; the rest is ignored. */
export function parseEvent(line: string): GroupingEvent {
  const { startsAt, endsAt, ...event } = eventSchema.parse(parseJson(line));
  return { ...event, ...(startsAt == null ? {} : { startsAt }), ...(endsAt == null ? {} : { endsAt }) };
}

/** Groups recorded events in their order, as if they came in now, and gives their final places. */
export function groupEvents(events: Iterable<GroupingEvent>, options: GrouperOptions): readonly GroupedEvent[] {
  const grouper = createGrouper(options);
  const rows: { t: number; groupId: string; rule: string; reason: string }[] = [];
  const roots = new Map<string, number>();
  for (const event of events) {
    const { groupId, rule, reason, moved } = grouper.add(event);
    rows.push({ t: event.t, groupId, rule, reason });
    for (const index of moved) {
      Object.assign(rows[index] ?? {}, { groupId, rule, reason });
    }
    const root = grouper.root(groupId);
    if (root !== null) {
      roots.set(groupId, root);
    }
  }
  return rows.map((row, index) => ({ index, ...row, isRoot: roots.get(row.groupId) === index }));
}
