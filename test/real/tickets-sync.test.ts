import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { isResolved } from "../../src/alert/alert.ts";
import { systemClock } from "../../src/alert/clock.ts";
import { equals } from "../../src/alert/matcher.ts";
import type { Ticket } from "../../src/alert/ticket.ts";
import { createSync } from "../../src/alertmanager/sync.ts";
import type { SyncResult } from "../../src/alertmanager/sync-types.ts";
import { createTicketSource } from "../../src/tickets/source.ts";
import { createTicketCycle, type TicketCycle } from "../../src/tickets/sync-source.ts";
import { requireSystem } from "../../src/tickets/systems.ts";
import { clientOf, silent } from "../alertmanager/clients.ts";
import { runTickets } from "../cli/tickets-run.ts";
import { SETTINGS, startServer, type TestServer, testTools } from "../tickets/fetch/server.ts";
import { createMemory, type TicketMemoryInProcess } from "../tickets/memory.ts";
import { NO_CONCERNS } from "../tickets/no-concerns.ts";
import { installedAlertmanager, type RealAlertmanager, startAlertmanager } from "./alertmanager-server.ts";

const { path, why } = installedAlertmanager();
const HOUR = 3_600_000;
const HEADER = "Ticket-ID;Type;VO;Site;Priority;Resp. Unit;Status;Last Update;Subject;Scope\n";
const row = (id: number, priority = "urgent", status = "assigned") =>
  `${id};TEAM;cms;FZK-LCG2;${priority};NGI_DE;${status};2021-03-04 05:06:07;Pilots fail;WLCG\n`;
const csv = (...rows: readonly string[]) => HEADER + rows.join("");

describe.skipIf(path === null)(`tickets in a real Alertmanager${path === null ? `: skipped, ${why}` : ""}`, () => {
  let alertmanager: RealAlertmanager;
  let portal: TestServer;
  let memory: TicketMemoryInProcess;
  let folder: string;
  beforeAll(async () => {
    portal = await startServer();
  });
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "cmswatch-tickets-"));
    alertmanager = await startAlertmanager(path ?? "");
    memory = createMemory();
  });
  afterEach(async () => {
    await alertmanager.remove();
    rmSync(folder, { recursive: true });
  });
  afterAll(() => portal.stop());

  const serve = (body: string, status = 200) =>
    portal.answer((_request, response) => response.writeHead(status).end(body));
  /** A cycle as a new process would make it: nothing is remembered but what the memory holds. */
  const cycleOf = (system = "ggus", resolveGuard = 1): TicketCycle<SyncResult<Ticket>> =>
    createTicketCycle({
      source: createTicketSource(requireSystem(system), { ...SETTINGS, url: portal.url }, testTools()),
      sync: createSync<Ticket>({
        alertmanager: clientOf([alertmanager.url]),
        memory,
        states: memory.states,
        clock: systemClock,
        log: silent,
        resolveGuard,
      }),
      memory,
      filter: {},
      concernsOf: () => NO_CONCERNS,
      clock: systemClock,
      log: silent,
    });
  const alerts = async () =>
    (await clientOf([alertmanager.url]).alerts()).toSorted((a, b) =>
      JSON.stringify(a.labels) < JSON.stringify(b.labels) ? -1 : 1,
    );
  const names = async () => (await alerts()).map(({ labels }) => labels["alertname"]);

  it("arrive firing, not as already ended, and keep their own start", async () => {
    serve(csv(row(1)));
    await cycleOf().run();
    const [alert] = await alerts();
    expect(alert).toMatchObject({ state: "active", startsAt: new Date("2021-03-04T05:06:07Z") });
    expect(isResolved(alert ?? { endsAt: new Date(0) }, new Date(Date.now() + 60_000))).toBe(false);
  });

  it("are resolved at once when they are gone from a complete fetch, and their history tells", async () => {
    serve(csv(row(1), row(2)));
    const cycle = cycleOf();
    await cycle.run();
    expect(await names()).toEqual(["ggus-1", "ggus-2"]);
    serve(csv(row(2)));
    await cycle.run();
    expect(await names()).toEqual(["ggus-2"]);
    serve(csv(row(1), row(2)));
    await cycle.run();
    expect(await names()).toEqual(["ggus-1", "ggus-2"]);
    expect((await memory.history("ggus", "1")).map(({ change }) => change)).toEqual([
      "appeared",
      "resolved",
      "reopened",
    ]);
  });

  it.each([
    ["fails", "", 500],
    ["gives a login page", "<!DOCTYPE html><title>Sign in</title>", 200],
    ["is empty", "", 200],
    ["is cut off inside a row", csv(row(1)).slice(0, -20), 200],
    ["has a row that cannot be read", csv(row(1), "x;y\n"), 200],
  ])("stay when a fetch %s", async (_what, body, status) => {
    serve(csv(row(1), row(2)));
    const cycle = cycleOf();
    await cycle.run();
    serve(body, status);
    expect(await cycle.run()).toMatchObject({ incompleteBecause: expect.any(String) as string });
    expect(await names()).toEqual(["ggus-1", "ggus-2"]);
  });

  it("stay when they are listed but cannot be read", async () => {
    serve(csv(row(1), row(2)));
    const cycle = cycleOf();
    await cycle.run();
    serve(csv("1;not whole\n", row(2)));
    expect(await cycle.run()).toMatchObject({ incompleteBecause: null, problems: [{ id: "1" }] });
    expect(await names()).toEqual(["ggus-1", "ggus-2"]);
  });

  it("are held back when more go than is usual", async () => {
    serve(csv(row(1), row(2), row(3)));
    const cycle = cycleOf("ggus", 0.5);
    await cycle.run();
    serve(csv());
    const first = await cycle.run();
    expect(first.result?.guarded).toContain("held back until");
    expect(await names()).toHaveLength(3);
    await cycle.run();
    expect(await names()).toHaveLength(3);
    await cycleOf("ggus", 1).run();
    expect(await names()).toEqual([]);
  });

  it("change their identity with a label: the old one ends in the same push", async () => {
    serve(csv(row(1, "less urgent")));
    const cycle = cycleOf();
    await cycle.run();
    serve(csv(row(1, "top priority", "in progress")));
    await cycle.run();
    expect((await alerts()).map(({ labels, annotations }) => [labels["Priority"], annotations["Status"]])).toEqual([
      ["top priority", "in progress"],
    ]);
  });

  it("show a new status without a new identity", async () => {
    serve(csv(row(1)));
    const cycle = cycleOf();
    await cycle.run();
    const [before] = await alerts();
    serve(csv(row(1, "urgent", "on hold")));
    await cycle.run();
    const [after] = await alerts();
    expect(after?.annotations["Status"]).toBe("on hold");
    expect(after?.fingerprint).toBe(before?.fingerprint);
  });

  it("are resolved by a new process that finds them gone, because they are remembered", async () => {
    serve(csv(row(1), row(2)));
    await cycleOf().run();
    serve(csv(row(2)));
    await cycleOf().run();
    expect(await names()).toEqual(["ggus-2"]);
  });

  it("come back to an Alertmanager that has lost them, with a refresh", async () => {
    serve(csv(row(1)));
    await cycleOf().run();
    await alertmanager.stop();
    const cycle = cycleOf();
    expect(await cycle.run()).toMatchObject({ fault: null, result: { sent: 0 } });
    await alertmanager.restart();
    expect(await names()).toEqual([]);
    serve(csv(row(1), row(2)));
    const later = createTicketCycle({
      source: createTicketSource(requireSystem("ggus"), { ...SETTINGS, url: portal.url }, testTools()),
      sync: createSync<Ticket>({
        alertmanager: clientOf([alertmanager.url]),
        memory,
        states: memory.states,
        clock: () => new Date(Date.now() + 2 * 60_000),
        log: silent,
        resolveGuard: 1,
      }),
      memory,
      filter: {},
      concernsOf: () => NO_CONCERNS,
      clock: systemClock,
      log: silent,
    });
    await later.run();
    expect(await names()).toEqual(["ggus-1", "ggus-2"]);
  });

  it("leave silences alone that people have made for them", async () => {
    serve(csv(row(1)));
    const cycle = cycleOf();
    await cycle.run();
    const client = clientOf([alertmanager.url]);
    const window = { startsAt: new Date(), endsAt: new Date(Date.now() + HOUR) };
    await client.putSilence({
      matchers: [equals("alertname", "ggus-1")],
      ...window,
      createdBy: "someone",
      comment: "known",
    });
    serve(csv());
    await cycle.run();
    expect(await names()).toEqual([]);
    expect((await client.silences()).map(({ state, comment }) => [state, comment])).toEqual([["active", "known"]]);
  });

  it("last as outages until their end, seen or not, and end when they are seen closed", async () => {
    const now = Math.floor(Date.now() / 1000) * 1000;
    const columns = ["begin", "end", "ssb_number", "short_description", "monit_state", "update_timestamp"];
    const answer = (...values: readonly (readonly unknown[])[]) =>
      serve(
        JSON.stringify({
          results: [{ statement_id: 0, ...(values.length > 0 ? { series: [{ columns, values }] } : {}) }],
        }),
      );
    const known = [now - HOUR, now + HOUR, "OTG1", "Network", "OPEN", now - HOUR];
    const open = [now - HOUR, null, "OTG2", "Database", "OPEN", now - HOUR];
    const planned = [now + HOUR, now + 2 * HOUR, "OTG3", "Upgrade", "PLANNED", now - HOUR];
    answer(known, open, planned);
    const cycle = cycleOf("ssb");
    await cycle.run();
    const [first] = await alerts();
    expect(first?.endsAt).toEqual(new Date(now + HOUR));
    answer();
    await cycle.run();
    expect(await names()).toEqual(["ssb-OTG1", "ssb-OTG2", "ssb-OTG3"]);
    answer([now - HOUR, null, "OTG2", "Database", "CLOSED", now]);
    await cycle.run();
    expect(await names()).toEqual(["ssb-OTG1", "ssb-OTG3"]);
  });

  it("are brought by the command, which then lists them and tells their history; a dry run does nothing", async () => {
    const export_ = join(folder, "open.csv");
    const config = join(folder, "cmswatch.yaml");
    writeFileSync(export_, csv(row(1), row(2)));
    writeFileSync(
      config,
      `alertmanager: { urls: [${alertmanager.url}] }\nstore: { url: ./other }\ntickets: { ggus: { file: open.csv }, resolveGuard: 1 }\n`,
    );
    const dry = await runTickets("sync", "--dry-run", "--config", config);
    expect(dry).toMatchObject({ code: 0 });
    expect(dry.out).toContain("push     ggus 1: new");
    expect(await names()).toEqual([]);
    expect(await runTickets("sync", "--once", "--config", config)).toMatchObject({
      code: 0,
      out: "ggus: 2 tickets; 2 push; 2 alerts sent\n",
    });
    expect(await names()).toEqual(["ggus-1", "ggus-2"]);
    writeFileSync(export_, csv(row(2), "x\n"));
    const odd = await runTickets("sync", "--once", "--config", config, "--json");
    expect(odd.code).toBe(1);
    expect(JSON.parse(odd.out)).toMatchObject([{ system: "ggus", fetched: 1, sent: 0 }]);
    writeFileSync(export_, csv(row(2)));
    expect((await runTickets("sync", "--once", "--config", config)).out).toContain("1 resolve");
    expect(await names()).toEqual(["ggus-2"]);
    expect((await runTickets("list", "--config", config)).out).toContain("1 open ticket\n");
    expect((await runTickets("show", "ggus-1", "--config", config)).out).toContain("Pilots fail");
    const history = await runTickets("history", "ggus/1", "--config", config, "--json");
    expect((JSON.parse(history.out) as { change: string }[]).map(({ change }) => change)).toEqual([
      "appeared",
      "resolved",
    ]);
    expect(await runTickets("show", "ggus/99", "--config", config)).toMatchObject({ code: 2 });
    await alertmanager.stop();
    writeFileSync(export_, csv(row(2), row(3)));
    expect(await runTickets("sync", "--once", "--config", config)).toMatchObject({ code: 2 });
  });
});
