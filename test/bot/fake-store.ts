import type { Store } from "../../src/store/store.ts";

/** A store in memory with what the bot touches; everything else throws. */
export function fakeStore(): Store {
  const messages: Awaited<ReturnType<Store["messages"]["of"]>>[number][] = [];
  const claims = new Set<string>();
  const acknowledgements = new Map<string, NonNullable<Awaited<ReturnType<Store["acknowledgements"]["of"]>>>>();
  const ledger = new Map<string, NonNullable<Awaited<ReturnType<Store["silences"]["get"]>>>>();
  const states = new Map<string, unknown>();
  const history: Awaited<ReturnType<Store["history"]["of"]>>[number][] = [];
  const audit: Awaited<ReturnType<Store["audit"]["recent"]>>[number][] = [];
  const deliveries: Awaited<ReturnType<Store["oncall"]["deliveries"]>>[number][] = [];
  const overrides = new Map<string, Awaited<ReturnType<Store["oncall"]["overrides"]>>[number]>();
  const used: Partial<Store> = {
    messages: {
      save: async (message) => {
        const at = messages.findIndex((one) => one.channel === message.channel && one.ts === message.ts);
        messages.splice(at < 0 ? messages.length : at, at < 0 ? 0 : 1, message);
      },
      of: async (groupId) => messages.filter((one) => one.groupId === groupId),
      byTs: async (channel, ts) => messages.find((one) => one.channel === channel && one.ts === ts) ?? null,
      claim: async (id) => claims.size < claims.add(id).size,
    },
    acknowledgements: {
      save: async (one) => {
        acknowledgements.set(one.groupId, one);
      },
      active: async () => [...acknowledgements.values()].filter(({ endedAt }) => endedAt === null),
      of: async (groupId) => acknowledgements.get(groupId) ?? null,
    },
    silences: {
      save: async (entry) => {
        ledger.set(entry.silenceId, entry);
      },
      active: async () => [...ledger.values()].filter(({ endedAt }) => endedAt === null),
      get: async (id) => ledger.get(id) ?? null,
      recent: async (limit) => [...ledger.values()].slice(-limit),
    },
    states: {
      get: async <T>(key: string) => (states.get(key) ?? null) as T | null,
      put: async (key, value) => {
        states.set(key, value);
      },
      list: async <T>(prefix: string) =>
        new Map([...states].filter(([key]) => key.startsWith(prefix))) as Map<string, T>,
      remove: async (key) => {
        states.delete(key);
      },
    },
    history: {
      last: async () => [],
      append: async (changes) => {
        history.push(...changes);
      },
      since: async (at, limit) =>
        history
          .filter((one) => one.at >= at)
          .slice(-limit)
          .reverse(),
      of: async (fingerprint) => history.filter((one) => one.fingerprint === fingerprint),
    },
    audit: {
      append: async (entry) => {
        audit.push(entry);
      },
      recent: async (limit) => audit.slice(-limit).reverse(),
    },
    oncall: {
      saveOverride: async (override) => {
        overrides.set(override.id, override);
      },
      overrides: async (from, to) => [...overrides.values()].filter((one) => one.from < to && one.to > from),
      removeOverride: async (id) => {
        overrides.delete(id);
      },
      saveDelivery: async (delivery) => {
        const at = deliveries.findIndex(({ id }) => id === delivery.id);
        deliveries.splice(at < 0 ? deliveries.length : at, at < 0 ? 0 : 1, delivery);
      },
      deliveriesSince: async (at, limit) => deliveries.filter(({ sentAt }) => sentAt >= at).slice(-limit),
      deliveries: async (groupId) => deliveries.filter((one) => one.groupId === groupId),
    },
  };
  return used as Store;
}
