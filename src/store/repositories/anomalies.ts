import { and, desc, eq, gte, isNull } from "drizzle-orm";
import { insertRows } from "../bulk.ts";
import { type Database, lastOfEach } from "../database.ts";
import { anomalies } from "../schema.ts";
import type { AnomalyRepository } from "../store.ts";

/** Anomalies and their life. */
export function anomalyRepository(database: Database): AnomalyRepository {
  return {
    async save(changed) {
      const rows = lastOfEach(changed, (anomaly) => anomaly.id);
      await database.transaction((transaction) => insertRows(transaction, anomalies, rows, [anomalies.id]));
    },
    async open() {
      return database.select().from(anomalies).where(isNull(anomalies.closedAt)).orderBy(anomalies.openedAt);
    },
    async recent({ since, service, limit }) {
      return database
        .select()
        .from(anomalies)
        .where(and(gte(anomalies.openedAt, since), service === undefined ? undefined : eq(anomalies.service, service)))
        .orderBy(desc(anomalies.openedAt), desc(anomalies.id))
        .limit(limit);
    },
    async get(id) {
      const [row] = await database.select().from(anomalies).where(eq(anomalies.id, id));
      return row ?? null;
    },
  };
}
