import type { Ticket } from "../../src/alert/ticket.ts";
import type { ItemChange, SyncMemory, SyncStates, TrackedItem } from "../../src/alertmanager/sync-types.ts";

/** What sync remembers of tickets, in this process; as the store would, it keeps copies. */
export interface TicketMemoryInProcess extends SyncMemory<Ticket> {
  readonly states: SyncStates;
  history(system: string, id: string): Promise<readonly ItemChange[]>;
}

export function createMemory(): TicketMemoryInProcess {
  const tickets = new Map<string, TrackedItem<Ticket>>();
  const changes: { readonly key: string; readonly change: ItemChange }[] = [];
  const values = new Map<string, unknown>();
  const keyOf = (system: string, id: string) => `${system}/${id}`;
  const memory: TicketMemoryInProcess = {
    open: async (system) =>
      [...tickets.values()].filter(({ ticket, resolvedAt }) => ticket.system === system && resolvedAt === null),
    get: async (system, id) => tickets.get(keyOf(system, id)) ?? null,
    getMany: async (system, ids) => ids.flatMap((id) => tickets.get(keyOf(system, id)) ?? []),
    async save(items, more) {
      for (const item of items) {
        tickets.set(keyOf(item.ticket.system, item.ticket.id), structuredClone(item));
      }
      changes.push(...more.map(({ system, id, change }) => ({ key: keyOf(system, id), change })));
    },
    history: async (system, id) => changes.filter(({ key }) => key === keyOf(system, id)).map(({ change }) => change),
    states: {
      get: async <T>(key: string) => (values.get(key) as T | undefined) ?? null,
      put: async (key, value) => void values.set(key, structuredClone(value)),
      remove: async (key) => void values.delete(key),
    },
  };
  return memory;
}
