import { desc, eq, isNull } from "drizzle-orm";
import { replaceAllBut } from "../columns.ts";
import type { Database } from "../database.ts";
import { silences } from "../schema.ts";
import type { SilenceLedgerRepository } from "../store.ts";

/** The silences that cmswatch made: whose, why, and what they hid. */
export function silenceLedgerRepository(database: Database): SilenceLedgerRepository {
  return {
    async save(entry) {
      await database
        .insert(silences)
        .values(entry)
        .onConflictDoUpdate({ target: silences.silenceId, set: replaceAllBut(silences, ["silenceId"]) });
    },
    async active() {
      return database.select().from(silences).where(isNull(silences.endedAt)).orderBy(silences.startsAt);
    },
    async get(silenceId) {
      const [row] = await database.select().from(silences).where(eq(silences.silenceId, silenceId));
      return row ?? null;
    },
    async recent(limit) {
      return database.select().from(silences).orderBy(desc(silences.startsAt), desc(silences.silenceId)).limit(limit);
    },
  };
}
