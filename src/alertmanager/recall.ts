import type { SourceReport, SyncItem, SyncMemory, TrackedItem } from "./sync-types.ts";

/** Look-ups of items that are not open, at once. */
const LOOKUPS = 50;

/** What is remembered about what is reported. */
export interface Known<Item extends SyncItem> {
  /** One per id; of several the last. */
  readonly listed: readonly Item[];
  readonly past: ReadonlyMap<string, TrackedItem<Item>>;
  /** Open, and not listed. */
  readonly missing: readonly TrackedItem<Item>[];
  readonly openCount: number;
}

/** Reads what is remembered of the listed items and of all open ones. */
export async function recall<Item extends SyncItem>(
  memory: SyncMemory<Item>,
  report: SourceReport<Item>,
): Promise<Known<Item>> {
  const open = await memory.open(report.system);
  const past = new Map(open.map((tracked) => [tracked.ticket.id, tracked]));
  const items = new Map(report.items.map((item) => [item.id, item]));
  const unknown = [...items.keys()].filter((id) => !past.has(id));
  for (const tracked of await lookUp(memory, report.system, unknown)) {
    past.set(tracked.ticket.id, tracked);
  }
  return {
    listed: [...items.values()],
    past,
    missing: open.filter((tracked) => !items.has(tracked.ticket.id)),
    openCount: open.length,
  };
}

/** What is remembered of items that are not open. */
async function lookUp<Item extends SyncItem>(
  memory: SyncMemory<Item>,
  system: Item["system"],
  ids: readonly string[],
): Promise<readonly TrackedItem<Item>[]> {
  if (memory.getMany !== undefined) {
    return ids.length === 0 ? [] : memory.getMany(system, ids);
  }
  const found: TrackedItem<Item>[] = [];
  for (let start = 0; start < ids.length; start += LOOKUPS) {
    const batch = ids.slice(start, start + LOOKUPS);
    const tracked = await Promise.all(batch.map((id) => memory.get(system, id)));
    found.push(...tracked.flatMap((one) => one ?? []));
  }
  return found;
}
