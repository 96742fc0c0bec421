import { describe, expect, it } from "vitest";
import type { Ticket } from "../../src/alert/ticket.ts";
import { UserError } from "../../src/alert/user-error.ts";
import type { TicketFilter } from "../../src/tickets/filter.ts";
import { problem } from "../../src/tickets/problem.ts";
import type { FetchResult } from "../../src/tickets/source.ts";
import { createTicketCycle, type TicketReport } from "../../src/tickets/sync-source.ts";
import { requireSystem } from "../../src/tickets/systems.ts";
import { NO_CONCERNS } from "./no-concerns.ts";
import { makeTicket } from "./support.ts";

const NOW = new Date("2021-03-10T00:00:00Z");
const result = (changes: Partial<FetchResult> = {}): FetchResult => ({
  system: "ggus",
  complete: true,
  tickets: [makeTicket()],
  problems: [],
  unreadable: new Set(),
  fetchedAt: NOW,
  reason: null,
  ...changes,
});

function cycleOf(
  fetched: FetchResult,
  options: { known?: readonly Ticket[]; filter?: TicketFilter; fail?: Error; system?: string } = {},
) {
  const reports: TicketReport[] = [];
  const refreshes: (string | undefined)[] = [];
  const asked: string[][] = [];
  const logged: string[] = [];
  const log = (_fields: object, message: string) => logged.push(message);
  const cycle = createTicketCycle({
    source: {
      system: requireSystem(options.system ?? "ggus"),
      fetch: (known) => {
        asked.push([...known.keys()]);
        return Promise.resolve(fetched);
      },
    },
    sync: {
      run: (report) => {
        reports.push(report);
        return options.fail === undefined ? Promise.resolve("synced") : Promise.reject(options.fail);
      },
      refresh: (_report, because) => {
        refreshes.push(because);
        return options.fail === undefined ? Promise.resolve("refreshed") : Promise.reject(options.fail);
      },
    },
    memory: { open: () => Promise.resolve((options.known ?? []).map((ticket) => ({ ticket }))) },
    filter: options.filter ?? {},
    concernsOf: () => NO_CONCERNS,
    clock: () => NOW,
    log: { info: log as never, warn: log as never },
  });
  return { cycle, reports, refreshes, asked, logged };
}

describe("a cycle of a ticket source", () => {
  it("reports what was fetched, and what it means", async () => {
    const { cycle, reports, asked } = cycleOf(result(), { known: [makeTicket({ id: "9" })] });
    expect(await cycle.run()).toMatchObject({ system: "ggus", fetched: 1, filtered: 0, result: "synced", fault: null });
    expect(asked).toEqual([[]]);
    const [report] = reports;
    expect(report).toMatchObject({
      system: "ggus",
      items: [{ id: "4711" }],
      incompleteBecause: null,
      missing: "resolved",
    });
    expect(report?.toAlert(makeTicket(), NOW).labels["alertname"]).toBe("ggus-4711");
    expect(report?.isOpen(makeTicket({ status: "solved" }), NOW)).toBe(false);
    expect(cycle.status()).toMatchObject({ lastAttempt: NOW, lastSuccess: NOW, fault: null, fetched: 1 });
  });

  it("tells the source what is known already, where it makes use of that", async () => {
    const { cycle, asked } = cycleOf(result(), { known: [makeTicket({ id: "9" })], system: "helpdesk" });
    await cycle.run();
    expect(asked).toEqual([["9"]]);
  });

  it("passes on why a fetch is not complete, and remembers no success", async () => {
    const { cycle, reports, logged } = cycleOf(result({ complete: false, tickets: [], reason: "login page" }));
    expect(await cycle.run()).toMatchObject({ incompleteBecause: "login page" });
    expect(reports[0]?.incompleteBecause).toBe("login page");
    expect(cycle.status()).toMatchObject({ lastAttempt: NOW, lastSuccess: null, fault: "login page" });
    expect(logged).toEqual(["tickets could not be fetched completely"]);
  });

  it("keeps what is there but cannot be read as it was", async () => {
    const known = [makeTicket({ id: "5", subject: "as it was" }), makeTicket({ id: "6" })];
    const unreadable = new Set(["5", "4711", "77"]);
    const { problem: fault } = problem("not a time", { id: "5" });
    const { cycle, reports, logged } = cycleOf(result({ unreadable, problems: [fault] }), { known });
    await cycle.run();
    expect(reports[0]?.items.map(({ id, subject }) => [id, subject])).toEqual([
      ["4711", "Pilots fail"],
      ["5", "as it was"],
    ]);
    expect(logged).toEqual(["some tickets could not be read as they should"]);
  });

  it("leaves out what the filter leaves out", async () => {
    const tickets = [makeTicket(), makeTicket({ id: "2", vo: "atlas" })];
    const { cycle, reports } = cycleOf(result({ tickets }), { filter: { vo: ["cms"] } });
    expect(await cycle.run()).toMatchObject({ fetched: 2, filtered: 1 });
    expect(reports[0]?.items.map(({ id }) => id)).toEqual(["4711"]);
  });

  it("survives an Alertmanager that is away, and says so", async () => {
    const { cycle, logged } = cycleOf(result(), {
      fail: new UserError("cannot be reached", "Alertmanager", "start it"),
    });
    expect(await cycle.run()).toMatchObject({ result: null, fault: "Alertmanager: cannot be reached — start it" });
    expect(cycle.status()).toMatchObject({ lastSuccess: null });
    await cycle.refresh();
    expect(logged).toEqual(["alerts of tickets cannot be pushed", "alerts of tickets cannot be refreshed"]);
  });

  it("throws what nobody predicted, and runs again after it", async () => {
    const { cycle } = cycleOf(result(), { fail: new Error("disk full") });
    await expect(cycle.run()).rejects.toThrow("disk full");
    await expect(cycle.run()).rejects.toThrow("disk full");
  });

  it("never runs twice at once, and does not refresh during a run", async () => {
    const { cycle, reports, refreshes } = cycleOf(result());
    const first = cycle.run();
    const second = cycle.run();
    await cycle.refresh();
    expect(await second).toBe(await first);
    expect(reports).toHaveLength(1);
    expect(refreshes).toEqual([]);
    await cycle.run();
    await cycle.refresh();
    expect(reports).toHaveLength(2);
    expect(refreshes).toHaveLength(1);
  });
});
