import { eq, sql } from "drizzle-orm";
import type { Database } from "../database.ts";
import { states } from "../schema.ts";
import type { StateRepository } from "../store.ts";

/** Small JSON states by key. */
export function stateRepository(database: Database): StateRepository {
  return {
    async get<T>(key: string) {
      const [row] = await database.select().from(states).where(eq(states.key, key));
      return row === undefined ? null : ((row.boxed.value ?? null) as T);
    },
    async put(key, value) {
      await database
        .insert(states)
        .values({ key, boxed: { value } })
        .onConflictDoUpdate({ target: states.key, set: { boxed: { value } } });
    },
    async list<T>(prefix: string) {
      const rows = await database
        .select()
        .from(states)
        .where(sql`starts_with(${states.key}, ${prefix})`)
        .orderBy(states.key);
      return new Map(rows.map((row) => [row.key, (row.boxed.value ?? null) as T]));
    },
    async remove(key) {
      await database.delete(states).where(eq(states.key, key));
    },
  };
}
