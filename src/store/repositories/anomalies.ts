import { and, desc, eq, gte, isNull } from "drizzle-orm";
import type { Anomaly, AnomalyContext } from "../../alert/anomaly.ts";
import { insertRows } from "../bulk.ts";
import { type Database, lastOfEach } from "../database.ts";
import { anomalies } from "../schema.ts";
import type { AnomalyRepository } from "../store.ts";

/** Anomalies and their life. */
export function anomalyRepository(database: Database): AnomalyRepository {
  return {
    async save(changed) {
      const rows = lastOfEach(changed, (anomaly) => anomaly.id).map(toRow);
      await database.transaction((transaction) => insertRows(transaction, anomalies, rows, [anomalies.id]));
    },
    async open() {
      const rows = await database
        .select()
        .from(anomalies)
        .where(isNull(anomalies.closedAt))
        .orderBy(anomalies.openedAt);
      return rows.map(toAnomaly);
    },
    async recent({ since, service, entity, parts, limit }) {
      const rows = await database
        .select()
        .from(anomalies)
        .where(
          and(
            gte(anomalies.openedAt, since),
            service === undefined ? undefined : eq(anomalies.service, service),
            entity === undefined ? undefined : eq(anomalies.entity, entity),
            parts === true || entity !== undefined ? undefined : isNull(anomalies.partOf),
          ),
        )
        .orderBy(desc(anomalies.openedAt), desc(anomalies.id))
        .limit(limit);
      return rows.map(toAnomaly);
    },
    async get(id) {
      const [row] = await database.select().from(anomalies).where(eq(anomalies.id, id));
      return row === undefined ? null : toAnomaly(row);
    },
  };
}

type Row = typeof anomalies.$inferSelect;

function toRow({ context, partOf, ...rest }: Anomaly): Row {
  return { ...rest, context: context ?? null, partOf: partOf ?? null };
}

function toAnomaly({ context, partOf, ...rest }: Row): Anomaly {
  return {
    ...rest,
    ...(context === null ? {} : { context: withDates(context) }),
    ...(partOf === null ? {} : { partOf }),
  };
}

/** The context with its times as such: JSON keeps them as texts. */
function withDates(context: AnomalyContext): AnomalyContext {
  const { firstMove, similar, members } = context;
  const span = <T extends { readonly openedAt: Date; readonly closedAt: Date | null }>(one: T): T => ({
    ...one,
    openedAt: new Date(one.openedAt),
    closedAt: one.closedAt === null ? null : new Date(one.closedAt),
  });
  return {
    ...context,
    firstMove: firstMove === null ? null : { ...firstMove, at: new Date(firstMove.at) },
    similar: similar === null ? null : span(similar),
    members: members.map(span),
  };
}
