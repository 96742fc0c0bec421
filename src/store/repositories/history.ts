import { desc, eq, gte } from "drizzle-orm";
import { insertRows } from "../bulk.ts";
import type { Database } from "../database.ts";
import { alertChanges } from "../schema.ts";
import type { AlertHistoryRepository } from "../store.ts";

const LONGEST_HISTORY = 10_000;
const columns = {
  fingerprint: alertChanges.fingerprint,
  at: alertChanges.at,
  state: alertChanges.state,
  labels: alertChanges.labels,
  annotations: alertChanges.annotations,
  groupId: alertChanges.groupId,
  actor: alertChanges.actor,
};

/** Every change of every alert. */
export function alertHistoryRepository(database: Database): AlertHistoryRepository {
  return {
    async append(changes) {
      await database.transaction((transaction) => insertRows(transaction, alertChanges, changes));
    },
    async since(at, limit) {
      return database
        .select(columns)
        .from(alertChanges)
        .where(gte(alertChanges.at, at))
        .orderBy(desc(alertChanges.at), desc(alertChanges.row))
        .limit(limit);
    },
    async of(fingerprint) {
      const newest = await database
        .select(columns)
        .from(alertChanges)
        .where(eq(alertChanges.fingerprint, fingerprint))
        .orderBy(desc(alertChanges.at), desc(alertChanges.row))
        .limit(LONGEST_HISTORY);
      return newest.reverse();
    },
  };
}
