import type { Anomaly } from "../../../src/alert/anomaly.ts";
import type { Store, StoredModel } from "../../../src/store/store.ts";

export type TransferStore = Pick<Store, "states" | "anomalies" | "models">;

/** A store in memory that keeps states as JSON text, as a database does; what is put is gone with it. */
export function memoryStore(anomalies: Anomaly[] = []) {
  const kept = new Map<string, string>();
  let models: StoredModel[] = [];
  const store = {
    states: {
      get: async (key: string) => (kept.has(key) ? JSON.parse(kept.get(key) as string) : null),
      put: async (key: string, value: unknown) => void kept.set(key, JSON.stringify(value)),
      list: async () => new Map(),
      remove: async (key: string) => void kept.delete(key),
    },
    anomalies: { save: async (saved: readonly Anomaly[]) => void anomalies.push(...saved) },
    models: {
      async save(model: StoredModel) {
        models = [model, ...models.map((one) => ({ ...one, active: one.active && !model.active }))];
      },
      active: async () => models.filter(({ active }) => active),
      list: async ({ active }: { active?: boolean } = {}) =>
        models.filter((one) => active === undefined || one.active === active),
      async activate(id: string, note?: string) {
        models = models.map((one) => ({
          ...one,
          active: one.id === id,
          note: one.id === id ? (note ?? null) : one.note,
        }));
      },
    },
  } as unknown as TransferStore;
  return { store, kept, models: () => models };
}
