/**
 * How long it takes to bring many tickets into a real Alertmanager, with the store that `serve` uses (PGlite in a temporary
 * folder). Run: npx tsx bench/sync.ts [tickets] [rounds]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { pino } from "pino";
import { fingerprint } from "../src/alert/fingerprint.ts";
import type { Ticket } from "../src/alert/ticket.ts";
import { createAlertmanagerClient } from "../src/alertmanager/client.ts";
import { createSync } from "../src/alertmanager/sync.ts";
import type { SourceReport } from "../src/alertmanager/sync-types.ts";
import { configSchema } from "../src/config/schema.ts";
import { openStore } from "../src/store/open.ts";
import { installedAlertmanager, startAlertmanager } from "../test/real/alertmanager-server.ts";

const count = Number(process.argv[2] ?? 10_000);
const rounds = Number(process.argv[3] ?? 5);
const log = pino({ level: "silent" });
const { path, name, why } = installedAlertmanager();
if (path === null) {
  throw new Error(why);
}

const server = await startAlertmanager(path);
const folder = mkdtempSync(join(tmpdir(), "cmswatch-bench-"));
const store = await openStore({ url: join(folder, "store") });
// In the past, so that what ends by this clock has ended by Alertmanager's.
let now = Date.now() - 7_200_000;
const clock = () => new Date(now);
const { alertmanager: settings } = configSchema.parse({ alertmanager: { urls: [server.url], timeout: "60s" } });
const client = createAlertmanagerClient(settings, { log, clock });
const sync = createSync({
  alertmanager: client,
  memory: store.tickets,
  states: store.states,
  clock,
  log,
  resolveGuard: 0.5,
});

const results: [string, number, number, number][] = [];
/** Measures one kind of cycle; `after` is how much time passes before each. */
async function measure(
  what: string,
  after: number,
  tickets: (round: number) => readonly Ticket[],
  times = rounds,
): Promise<void> {
  const durations: number[] = [];
  const processor: number[] = [];
  let sent = 0;
  for (let round = 0; round < times; round++) {
    now += after;
    const items = tickets(round);
    const [start, work] = [performance.now(), process.cpuUsage()];
    ({ sent } = await sync.run(report(items)));
    durations.push(performance.now() - start);
    processor.push(cpuSince(work));
  }
  results.push([what, sent, median(durations), median(processor)]);
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Milliseconds of processor time of this process. */
function cpuSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

function makeTicket(index: number, round = 0): Ticket {
  const subject = `Transfers failing from T2_DE_${index} (${round === 0 ? "" : `update ${round}`})`;
  return {
    system: "ggus",
    id: String(100_000 + index),
    subject,
    description: `${subject}. `.repeat(8),
    status: "assigned",
    priority: "urgent",
    type: "USER",
    vo: "cms",
    site: `SITE-${index % 300}`,
    cmsSite: `T2_DE_${index % 300}`,
    createdAt: new Date("2026-01-01T08:00:00Z"),
    updatedAt: new Date("2026-01-01T09:00:00Z"),
    startsAt: null,
    endsAt: null,
    url: `https://ggus.eu/?mode=ticket_info&ticket_id=${index}`,
    fields: { "Ticket-ID": String(index), Scope: "WLCG", "Resp. Unit": "NGI_DE" },
  };
}

function report(items: readonly Ticket[]): SourceReport<Ticket> {
  return {
    system: "ggus",
    items,
    incompleteBecause: null,
    missing: "resolved",
    isOpen: () => true,
    toAlert: (ticket, seenAt) => ({
      labels: {
        alertname: `ggus-${ticket.id}`,
        severity: "ticket",
        service: "GGUS",
        tag: "monitoring",
        Priority: ticket.priority ?? "",
        Site: ticket.site ?? "",
        VO: ticket.vo ?? "",
      },
      annotations: { Subject: ticket.subject, Status: ticket.status, URL: ticket.url },
      startsAt: ticket.createdAt ?? seenAt,
      endsAt: null,
    }),
  };
}

try {
  const all = Array.from({ length: count }, (_, index) => makeTicket(index));
  const changedIn = (round: number) =>
    all.map((ticket, index) => (index % 100 === 0 ? makeTicket(index, round + 1) : ticket));
  await measure("all new", 0, () => all, 1);
  await measure("unchanged, nothing due", 1000, () => all);
  await measure("unchanged, all refreshed", 120_000, () => all);
  await measure("1 % changed, the rest refreshed", 120_000, changedIn);
  await measure("half gone", 1000, () => all.slice(0, count / 2), 1);
  const held = (await client.alerts()).length;

  const [start, work] = [performance.now(), process.cpuUsage()];
  for (const ticket of all) {
    fingerprint(report([]).toAlert(ticket, clock()).labels);
  }
  results.push([`fingerprints of ${count}`, 0, performance.now() - start, cpuSince(work)]);

  console.log(
    `machine: ${cpus().length} × ${cpus()[0]?.model ?? "?"}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}`,
  );
  console.log(`inputs:  ${count} tickets, Alertmanager ${name} on loopback, PGlite store, medians of ${rounds}`);
  console.log(`after:   Alertmanager holds ${held} of ${count / 2} expected`);
  for (const [what, sent, milliseconds, processor] of results) {
    console.log(
      `${what.padEnd(34)} ${String(sent).padStart(6)} sent ${milliseconds.toFixed(0).padStart(7)} ms ${processor.toFixed(0).padStart(7)} ms of processor`,
    );
  }
} finally {
  await store.close();
  await server.remove();
  rmSync(folder, { recursive: true, force: true });
}
