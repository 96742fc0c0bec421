import type { SQL } from "drizzle-orm";
import { and, eq, exists, gte, isNotNull, lt, not, or, sql } from "drizzle-orm";
import { alias, type PgTable } from "drizzle-orm/pg-core";
import type { Database } from "../database.ts";
import {
  acknowledgements,
  alertChanges,
  anomalies,
  audit,
  claims,
  deliveries,
  feedback,
  judgedRuns,
  messages,
  models,
  overrides,
  overrules,
  silences,
  ticketChanges,
  tickets,
} from "../schema.ts";

/** Deletes what is over and older than `before`, in one transaction. What is still open stays, however old. */
export async function prune(database: Database, before: Date): Promise<number> {
  const rules: readonly (readonly [PgTable, SQL | undefined])[] = [
    [ticketChanges, and(lt(ticketChanges.at, before), ticketIsOver(database, before))],
    [tickets, lt(tickets.resolvedAt, before)],
    [anomalies, lt(anomalies.closedAt, before)],
    [models, and(lt(models.trainedAt, before), eq(models.active, false))],
    [alertChanges, and(lt(alertChanges.at, before), alertResolvedLater(database))],
    [messages, lt(messages.updatedAt, before)],
    [claims, lt(claims.at, before)],
    [acknowledgements, or(lt(acknowledgements.endedAt, before), lt(acknowledgements.until, before))],
    [silences, lt(silences.endedAt, before)],
    [feedback, and(isNotNull(feedback.revokedAt), lt(feedback.revokedAt, before))],
    [overrides, lt(overrides.to, before)],
    [overrules, lt(overrules.revokedAt, before)],
    [judgedRuns, and(lt(judgedRuns.judgedAt, before), notOverruled(database))],
    [deliveries, lt(deliveries.sentAt, before)],
    [audit, lt(audit.at, before)],
  ];
  return database.transaction(async (transaction) => {
    let rows = 0;
    for (const [table, over] of rules) {
      rows += (await transaction.delete(table).where(over).returning({ one: sql`1` })).length;
    }
    return rows;
  });
}

function ticketIsOver(database: Database, before: Date): SQL {
  return exists(
    database
      .select({ one: sql`1` })
      .from(tickets)
      .where(
        and(eq(tickets.system, ticketChanges.system), eq(tickets.id, ticketChanges.id), lt(tickets.resolvedAt, before)),
      ),
  );
}

function alertResolvedLater(database: Database): SQL {
  const later = alias(alertChanges, "later");
  return exists(
    database
      .select({ one: sql`1` })
      .from(later)
      .where(
        and(
          eq(later.fingerprint, alertChanges.fingerprint),
          eq(later.state, "resolved"),
          gte(later.at, alertChanges.at),
        ),
      ),
  );
}

function notOverruled(database: Database): SQL {
  return not(exists(database.select({ one: sql`1` }).from(overrules).where(eq(overrules.run, judgedRuns.run))));
}
