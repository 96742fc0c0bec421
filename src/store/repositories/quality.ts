import { desc, eq, inArray } from "drizzle-orm";
import { replaceAllBut } from "../columns.ts";
import type { Database } from "../database.ts";
import { overrules, runQualities } from "../schema.ts";
import type { QualityRepository } from "../store.ts";

/** Verdicts on runs, and people's words over them. */
export function qualityRepository(database: Database): QualityRepository {
  return {
    async saveRun(quality) {
      await database
        .insert(runQualities)
        .values(quality)
        .onConflictDoUpdate({ target: runQualities.run, set: replaceAllBut(runQualities, ["run"]) });
    },
    async run(run) {
      const [found] = await database.select().from(runQualities).where(eq(runQualities.run, run));
      return found ?? null;
    },
    async runs(limit) {
      return database.select().from(runQualities).orderBy(desc(runQualities.run)).limit(limit);
    },
    async saveOverrule(overrule) {
      await database
        .insert(overrules)
        .values(overrule)
        .onConflictDoUpdate({ target: overrules.id, set: replaceAllBut(overrules, ["id"]) });
    },
    async overrules({ runs, limit }) {
      return database
        .select()
        .from(overrules)
        .where(runs === undefined ? undefined : inArray(overrules.run, [...runs]))
        .orderBy(desc(overrules.at), desc(overrules.id))
        .limit(limit);
    },
  };
}
