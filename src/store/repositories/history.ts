import { and, desc, eq, gte, inArray, type SQL } from "drizzle-orm";
import { insertRows } from "../bulk.ts";
import type { Database } from "../database.ts";
import { alertChanges } from "../schema.ts";
import type { AlertChange, AlertHistoryRepository } from "../store.ts";

const LONGEST_HISTORY = 10_000;
/** What a look at Alertmanager finds; the rest is what people do. */
const SEEN: AlertChange["state"][] = ["firing", "changed", "silenced", "unsilenced", "resolved"];
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
  /** Of all changes that fit the newest LONGEST_HISTORY, the oldest first. */
  const oldestFirst = async (which: SQL): Promise<readonly AlertChange[]> => {
    const newest = await database
      .select(columns)
      .from(alertChanges)
      .where(which)
      .orderBy(desc(alertChanges.at), desc(alertChanges.row))
      .limit(LONGEST_HISTORY);
    return newest.reverse();
  };
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
    of: (fingerprint) => oldestFirst(eq(alertChanges.fingerprint, fingerprint)),
    ofGroup: (groupId) => oldestFirst(eq(alertChanges.groupId, groupId)),
    async last(since) {
      return database
        .selectDistinctOn([alertChanges.fingerprint], columns)
        .from(alertChanges)
        .where(and(gte(alertChanges.at, since), inArray(alertChanges.state, SEEN)))
        .orderBy(alertChanges.fingerprint, desc(alertChanges.at), desc(alertChanges.row));
    },
  };
}
