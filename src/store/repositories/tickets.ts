import { and, desc, eq, gte, isNull, lte, or, type SQL, sql } from "drizzle-orm";
import type { TicketSystem } from "../../alert/ticket.ts";
import { insertRows, selectRows } from "../bulk.ts";
import { type Database, lastOfEach } from "../database.ts";
import { ticketChanges, tickets } from "../schema.ts";
import type { TicketRepository, TrackedTicket } from "../store.ts";

/** Tickets as last seen and what happened to them. */
export function ticketRepository(database: Database): TicketRepository {
  const ofTicket = (system: TicketSystem, id: string) => and(eq(tickets.system, system), eq(tickets.id, id));
  const read = async (found: SQL | undefined) => {
    const query = database.select().from(tickets).where(found).orderBy(tickets.firstSeen, tickets.id);
    return (await selectRows(database, tickets, query)).map(toTracked);
  };
  const lastRead = new Map<TicketSystem, { readonly mark: string; readonly open: readonly TrackedTicket[] }>();
  return {
    async open(system) {
      const found = and(eq(tickets.system, system), isNull(tickets.resolvedAt));
      const mark = await markOf(database, found);
      const known = lastRead.get(system);
      if (known?.mark === mark) {
        return known.open;
      }
      const open = await read(found);
      lastRead.set(system, { mark, open });
      return open;
    },
    async get(system, id) {
      const [row] = await database.select().from(tickets).where(ofTicket(system, id));
      return row === undefined ? null : toTracked(row);
    },
    async getMany(system, ids) {
      const wanted = sql`select json_array_elements_text(${JSON.stringify(ids)}::json)`;
      return read(and(eq(tickets.system, system), sql`${tickets.id} in (${wanted})`));
    },
    async announced(system, { from, to }, limit) {
      const overlaps = and(lte(tickets.startsAt, to), or(isNull(tickets.endsAt), gte(tickets.endsAt, from)));
      const found = and(eq(tickets.system, system), overlaps);
      const query = database.select().from(tickets).where(found).orderBy(desc(tickets.startsAt)).limit(limit);
      return (await query).map(toTracked);
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

/**
 * Differs when a row does: each write gives its rows the number of its transaction, which only grows. Ten thousand
 * tickets are read thirty times slower than they are told to be the same.
 */
async function markOf(database: Database, found: SQL | undefined): Promise<string> {
  const marks = { count: sql`count(*)::text`, sum: sql`sum(${tickets}.xmin::text::bigint)::text` };
  const [mark] = await database.select(marks).from(tickets).where(found);
  return JSON.stringify(mark);
}

type Row = typeof tickets.$inferSelect;

function toRow({ ticket, ...tracking }: TrackedTicket): Row {
  return { ...ticket, ...tracking };
}

function toTracked(row: Row): TrackedTicket {
  const { alertLabels, firstSeen, lastSeen, lastPushed, resolvedAt, ...ticket } = row;
  return { ticket, alertLabels, firstSeen, lastSeen, lastPushed, resolvedAt };
}
