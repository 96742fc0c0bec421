import { and, eq, inArray, isNull } from "drizzle-orm";
import type { TicketSystem } from "../../alert/ticket.ts";
import { replaceAllBut } from "../columns.ts";
import { type Database, inBatches, lastOfEach } from "../database.ts";
import { ticketChanges, tickets } from "../schema.ts";
import type { TicketRepository, TrackedTicket } from "../store.ts";

/** Tickets as last seen and what happened to them. */
export function ticketRepository(database: Database): TicketRepository {
  const ofTicket = (system: TicketSystem, id: string) => and(eq(tickets.system, system), eq(tickets.id, id));
  return {
    async open(system) {
      const found = and(eq(tickets.system, system), isNull(tickets.resolvedAt));
      return (await database.select().from(tickets).where(found).orderBy(tickets.firstSeen, tickets.id)).map(toTracked);
    },
    async get(system, id) {
      const [row] = await database.select().from(tickets).where(ofTicket(system, id));
      return row === undefined ? null : toTracked(row);
    },
    async getMany(system, ids) {
      const found: TrackedTicket[] = [];
      await inBatches(ids, async (batch) => {
        const rows = await database
          .select()
          .from(tickets)
          .where(and(eq(tickets.system, system), inArray(tickets.id, batch)));
        found.push(...rows.map(toTracked));
      });
      return found;
    },
    async save(tracked, changes) {
      const rows = lastOfEach(tracked.map(toRow), (row) => JSON.stringify([row.system, row.id]));
      await database.transaction(async (transaction) => {
        await inBatches(rows, (batch) =>
          transaction
            .insert(tickets)
            .values(batch)
            .onConflictDoUpdate({
              target: [tickets.system, tickets.id],
              set: replaceAllBut(tickets, ["system", "id"]),
            }),
        );
        await inBatches(
          changes.map(({ system, id, change }) => ({ system, id, ...change })),
          (batch) => transaction.insert(ticketChanges).values(batch),
        );
      });
    },
    async history(system, id) {
      return database
        .select({ at: ticketChanges.at, change: ticketChanges.change, details: ticketChanges.details })
        .from(ticketChanges)
        .where(and(eq(ticketChanges.system, system), eq(ticketChanges.id, id)))
        .orderBy(ticketChanges.at, ticketChanges.row);
    },
  };
}

type Row = typeof tickets.$inferSelect;

function toRow({ ticket, ...tracking }: TrackedTicket): Row {
  return { ...ticket, ...tracking };
}

function toTracked(row: Row): TrackedTicket {
  const { alertLabels, firstSeen, lastSeen, lastPushed, resolvedAt, ...ticket } = row;
  return { ticket, alertLabels, firstSeen, lastSeen, lastPushed, resolvedAt };
}
