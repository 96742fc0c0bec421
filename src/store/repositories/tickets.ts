import { and, eq, inArray, isNull } from "drizzle-orm";
import type { TicketSystem } from "../../alert/ticket.ts";
import { insertRows, selectRows } from "../bulk.ts";
import { type Database, inBatches, lastOfEach } from "../database.ts";
import { ticketChanges, tickets } from "../schema.ts";
import type { TicketRepository, TrackedTicket } from "../store.ts";

/** Tickets as last seen and what happened to them. */
export function ticketRepository(database: Database): TicketRepository {
  const ofTicket = (system: TicketSystem, id: string) => and(eq(tickets.system, system), eq(tickets.id, id));
  return {
    async open(system) {
      const found = and(eq(tickets.system, system), isNull(tickets.resolvedAt));
      const query = database.select().from(tickets).where(found).orderBy(tickets.firstSeen, tickets.id);
      return (await selectRows(database, tickets, query)).map(toTracked);
    },
    async get(system, id) {
      const [row] = await database.select().from(tickets).where(ofTicket(system, id));
      return row === undefined ? null : toTracked(row);
    },
    async getMany(system, ids) {
      const found: TrackedTicket[] = [];
      await inBatches(ids, async (batch) => {
        const wanted = and(eq(tickets.system, system), inArray(tickets.id, batch));
        found.push(
          ...(await selectRows(database, tickets, database.select().from(tickets).where(wanted))).map(toTracked),
        );
      });
      return found;
    },
    async save(tracked, changes) {
      const rows = lastOfEach(tracked.map(toRow), (row) => JSON.stringify([row.system, row.id]));
      await database.transaction(async (transaction) => {
        await insertRows(transaction, tickets, rows, [tickets.system, tickets.id]);
        await insertRows(
          transaction,
          ticketChanges,
          changes.map(({ system, id, change }) => ({ system, id, ...change })),
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
