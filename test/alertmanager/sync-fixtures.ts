import type { Alert } from "../../src/alert/alert.ts";
import type {
  ItemChange,
  SourceReport,
  SyncMemory,
  SyncStates,
  TrackedItem,
} from "../../src/alertmanager/sync-types.ts";

/** A ticket as these tests need it. */
export interface TestTicket {
  readonly system: "ggus";
  readonly id: string;
  readonly priority: string;
  readonly status: string;
  readonly startsAt: Date;
  readonly endsAt: Date | null;
  readonly isClosed: boolean;
}

export type TestTracked = TrackedItem<TestTicket>;

/** What sync remembers, in a Map; it counts its writes. */
export interface TestMemory extends SyncMemory<TestTicket> {
  readonly tickets: Map<string, TestTracked>;
  readonly changes: { readonly id: string; readonly change: ItemChange }[];
  readonly states: SyncStates & { readonly values: Map<string, unknown> };
  writes: number;
}

export function createTestMemory(): TestMemory {
  const tickets = new Map<string, TestTracked>();
  const values = new Map<string, unknown>();
  const memory: TestMemory = {
    tickets,
    changes: [],
    writes: 0,
    open: async () => [...tickets.values()].filter((tracked) => tracked.resolvedAt === null),
    get: async (_system, id) => tickets.get(id) ?? null,
    async save(items, changes) {
      memory.writes++;
      for (const item of items) {
        tickets.set(item.ticket.id, item);
      }
      memory.changes.push(...changes);
    },
    states: {
      values,
      get: async <T>(key: string) => (values.get(key) as T | undefined) ?? null,
      async put(key, value) {
        memory.writes++;
        values.set(key, JSON.parse(JSON.stringify(value)));
      },
      remove: async (key) => {
        values.delete(key);
      },
    },
  };
  return memory;
}

export function ticket(id: string, other: Partial<TestTicket> = {}): TestTicket {
  return {
    system: "ggus",
    id,
    priority: "urgent",
    status: "assigned",
    startsAt: new Date("2026-01-01T08:00:00Z"),
    endsAt: null,
    isClosed: false,
    ...other,
  };
}

/** The alert of a ticket, with the labels that CMS routes by. */
export function ticketAlert(item: TestTicket): Alert {
  return {
    labels: { alertname: `ggus-${item.id}`, service: "GGUS", tag: "monitoring", Priority: item.priority },
    annotations: { Status: item.status },
    startsAt: item.startsAt,
    endsAt: item.endsAt,
  };
}

/** What the source says; a whole fetch unless said otherwise. */
export function report(
  items: readonly TestTicket[],
  other: Partial<SourceReport<TestTicket>> = {},
): SourceReport<TestTicket> {
  return {
    system: "ggus",
    items,
    incompleteBecause: null,
    missing: "resolved",
    isOpen: (item) => !item.isClosed,
    toAlert: ticketAlert,
    ...other,
  };
}
