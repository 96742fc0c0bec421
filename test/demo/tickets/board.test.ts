import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { configSchema } from "../../../src/config/schema.ts";
import { databaseIntervention, ticketFlood } from "../../../src/demo/story/occasions.ts";
import { type Board, startBoard } from "../../../src/demo/tickets/board.ts";
import { configuredSources, processTools } from "../../../src/tickets/sources.ts";

const NOW = new Date("2026-06-15T12:00:00Z");
const MINUTE = 60_000;

describe("the simulated GGUS and status board", () => {
  let board: Board;
  let now = NOW;
  beforeEach(async () => {
    now = NOW;
    board = await startBoard(() => now, null);
  });
  afterEach(() => board.close());

  /** What cmswatch's own readers make of it. */
  const read = async () => {
    const { tickets } = configSchema.parse({ tickets: { ggus: { url: board.ggusUrl }, ssb: { url: board.ssbUrl } } });
    const sources = configuredSources(
      tickets,
      processTools({}, () => now),
    );
    const fetched = await Promise.all(sources.map(({ source }) => source.fetch(new Map())));
    expect(fetched.flatMap(({ problems, reason }) => [...problems, reason ?? []]).flat()).toEqual([]);
    return Object.fromEntries(fetched.map(({ system, tickets: found }) => [system, found]));
  };

  it("are empty at first, which is no failure", async () => {
    expect(await read()).toEqual({ ggus: [], ssb: [] });
  });

  it("give tickets and outages that the real readers read", async () => {
    board.addTickets(ticketFlood(NOW));
    const number = board.addOutage(databaseIntervention(NOW));
    const { ggus = [], ssb = [] } = await read();
    expect(ggus).toHaveLength(10);
    expect(ggus[0]).toMatchObject({ system: "ggus", site: "DESY-HH", priority: "top priority", vo: "cms" });
    expect(ssb).toMatchObject([{ id: number, type: "Planned Intervention", startsAt: NOW }]);
  });

  it("solve tickets after a while, and keep outages in view with their end", async () => {
    board.addTickets(ticketFlood(NOW));
    board.addOutage(databaseIntervention(NOW));
    now = new Date(NOW.getTime() + 13 * MINUTE);
    const { ggus = [], ssb = [] } = await read();
    expect(ggus).toEqual([]);
    expect(ssb[0]?.endsAt?.getTime()).toBeLessThan(now.getTime());
  });

  it("go on after a restart with numbers of their own", async () => {
    board.addTickets(ticketFlood(NOW).slice(0, 2));
    const again = await startBoard(() => now, board.state());
    again.addTickets(ticketFlood(NOW).slice(0, 1));
    const ids = again.state().tickets.map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
    await again.close();
  });

  it("hold a bounded number", () => {
    for (let round = 0; round < 60; round++) {
      board.addTickets(ticketFlood(NOW));
    }
    expect(board.state().tickets).toHaveLength(500);
  });
});
