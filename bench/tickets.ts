// Ten thousand tickets parsed, compared with the store and pushed to a real Alertmanager: see bench/README.md.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { systemClock } from "../src/alert/clock.ts";
import type { Ticket } from "../src/alert/ticket.ts";
import { createAlertmanagerClient } from "../src/alertmanager/client.ts";
import { createSync } from "../src/alertmanager/sync.ts";
import { loadCatalogue } from "../src/config/catalogue.ts";
import { configSchema } from "../src/config/schema.ts";
import { openStore } from "../src/store/open.ts";
import { findConcerns } from "../src/tickets/concerns.ts";
import { createLinkIndex } from "../src/tickets/link-index.ts";
import { createTicketSource } from "../src/tickets/source.ts";
import { processTools } from "../src/tickets/sources.ts";
import { createTicketCycle } from "../src/tickets/sync-source.ts";
import { requireSystem } from "../src/tickets/systems.ts";
import { installedAlertmanager, startAlertmanager } from "../test/real/alertmanager-server.ts";

const COUNT = 10_000;
const CYCLES = 5;
const SITES = ["FZK-LCG2", "CERN-PROD", "INFN-T1", "RAL-LCG2", "USCMS-FNAL-WC1", "IN2P3-CC", "DESY-HH", "SPRACE"];
const WORDS = ["Transfers fail", "SAM tests critical", "Pilots do not start", "Squid down", "Tape recalls are slow"];

const { path, why } = installedAlertmanager();
if (path === null) {
  console.error(why);
  process.exit(2);
}
const format = process.argv[2] === "xml" ? "xml" : "csv";
const folder = mkdtempSync(join(tmpdir(), "cmswatch-bench-"));
const file = join(folder, `tickets.${format}`);
const alertmanager = await startAlertmanager(path);
const log = pino({ level: "silent" });
const config = configSchema.parse({ alertmanager: { urls: [alertmanager.url] }, store: { url: join(folder, "data") } });
const store = await openStore(config.store);
const catalogue = loadCatalogue(null);
const cycle = createTicketCycle({
  source: createTicketSource(
    requireSystem("ggus"),
    { file, timeout: 60_000, maxBytes: 100_000_000 },
    processTools({}, systemClock),
  ),
  sync: createSync<Ticket>({
    alertmanager: createAlertmanagerClient(config.alertmanager, { log, clock: systemClock }),
    memory: store.tickets,
    states: store.states,
    clock: systemClock,
    log,
    resolveGuard: 1,
  }),
  memory: store.tickets,
  filter: {},
  concernsOf: (ticket) => findConcerns(ticket, catalogue),
  links: createLinkIndex(store.tickets, () => Promise.resolve([]), systemClock),
  hasChanged: (result) => result.decisions.some(({ change }) => change !== null),
  clock: systemClock,
  log,
});

console.log(`${cpus()[0]?.model} × ${cpus().length}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}`);
console.log(
  `${COUNT} tickets as ${format}; PGlite; Alertmanager ${installedAlertmanager().name}; wall (this process's CPU) in ms`,
);
try {
  writeFileSync(file, exported("urgent"));
  await measure("parsed, compared and pushed, the first time", 1);
  await measure("linked, nothing changed", 1);
  await measure("nothing changed", CYCLES);
  writeFileSync(file, exported("very urgent"));
  await measure("every label changed: new identities pushed, old ones ended", 1);
  const rss = process.memoryUsage.rss();
  console.log(`memory at the end: ${Math.round(rss / 2 ** 20)} MB`);
} finally {
  await store.close();
  await alertmanager.remove();
  rmSync(folder, { recursive: true });
}

/** Runs cycles and prints the median. */
async function measure(what: string, times: number): Promise<void> {
  const walls: number[] = [];
  const processors: number[] = [];
  let sent = 0;
  for (let time = 0; time < times; time++) {
    const began = performance.now();
    const before = process.cpuUsage();
    const { result, fault } = await cycle.run();
    const used = process.cpuUsage(before);
    if (fault !== null) {
      throw new Error(fault);
    }
    walls.push(performance.now() - began);
    processors.push((used.user + used.system) / 1000);
    sent = result?.sent ?? 0;
  }
  console.log(
    `${what.padEnd(60)} ${median(walls).toFixed(0).padStart(6)} (${median(processors).toFixed(0)}), ${sent} alerts sent`,
  );
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** An export of tickets spread over half a year. */
function exported(priority: string): string {
  const rows = Array.from({ length: COUNT }, (_, index) => {
    const site = SITES[index % SITES.length];
    const updated = new Date(Date.UTC(2025, 0, 1) + index * 1_600_000).toISOString().slice(0, 19).replace("T", " ");
    const subject = `${WORDS[(index * 7) % WORDS.length]} at ${site}, case ${index}`;
    return [String(100_000 + index), "TEAM", "cms", site, priority, "NGI_XX", "assigned", updated, subject, "WLCG"];
  });
  const names = [
    "Ticket-ID",
    "Type",
    "VO",
    "Site",
    "Priority",
    "Responsible_Unit",
    "Status",
    "Last_Update",
    "Subject",
    "Scope",
  ];
  if (format === "csv") {
    const header = names.join(";").replaceAll("_", " ").replace("Responsible", "Resp.");
    return `${[header, ...rows.map((row) => row.join(";"))].join("\n")}\n`;
  }
  const elements = rows.map(
    (row) => `<ticket>${row.map((cell, index) => `<${names[index]}>${cell}</${names[index]}>`).join("")}</ticket>`,
  );
  return `<tickets>${elements.join("\n")}</tickets>`;
}
