import type { JudgedRun, Overrule } from "../../../src/alert/dqm.ts";
import type { Store } from "../../../src/store/store.ts";

/** The parts of the store that data quality uses, in plain maps: the everyday tests need no database for them. */
export function memoryDqmStore(): Pick<Store, "dqm" | "messages" | "states" | "audit"> {
  const runs = new Map<number, JudgedRun>();
  const overrules = new Map<string, Overrule>();
  const states = new Map<string, unknown>();
  const claimed = new Set<string>();
  return {
    dqm: {
      saveRun: async (dqm) => void runs.set(dqm.run, dqm),
      run: async (run) => runs.get(run) ?? null,
      runs: async (limit) => [...runs.values()].sort((a, b) => b.run - a.run).slice(0, limit),
      saveOverrule: async (overrule) => void overrules.set(overrule.id, overrule),
      overrules: async ({ runs: wanted, limit }) =>
        [...overrules.values()]
          .filter(({ run }) => wanted?.includes(run) ?? true)
          .sort((a, b) => b.at.getTime() - a.at.getTime())
          .slice(0, limit),
    },
    messages: {
      save: async () => {},
      of: async () => [],
      byTs: async () => null,
      claim: async (id) => !claimed.has(id) && claimed.add(id).has(id),
    },
    states: {
      get: async <T>(key: string) => (states.get(key) as T | undefined) ?? null,
      put: async (key, value) => void states.set(key, value),
      list: async () => new Map(),
      remove: async (key) => void states.delete(key),
    },
    audit: { append: async () => {}, recent: async () => [] },
  } as Pick<Store, "dqm" | "messages" | "states" | "audit">;
}
