import { desc, eq, inArray } from "drizzle-orm";
import { replaceAllBut } from "../columns.ts";
import type { Database } from "../database.ts";
import { judgedRuns, overrules } from "../schema.ts";
import type { DqmRepository } from "../store.ts";

/** Verdicts on runs, and people's words over them. */
export function dqmRepository(database: Database): DqmRepository {
  return {
    async saveRun(dqm) {
      await database
        .insert(judgedRuns)
        .values(dqm)
        .onConflictDoUpdate({ target: judgedRuns.run, set: replaceAllBut(judgedRuns, ["run"]) });
    },
    async run(run) {
      const [found] = await database.select().from(judgedRuns).where(eq(judgedRuns.run, run));
      return found ?? null;
    },
    async runs(limit) {
      return database.select().from(judgedRuns).orderBy(desc(judgedRuns.run)).limit(limit);
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
