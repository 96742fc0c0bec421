// Two thousand alerts of others enriched, copied and silenced in a real Alertmanager: see bench/README.md.
import { cpus } from "node:os";
import type { Alert } from "../src/alert/alert.ts";
import { loadCatalogue } from "../src/config/catalogue.ts";
import { configSchema } from "../src/config/schema.ts";
import { createCycle } from "../src/intelligence/cycle.ts";
import { createPipeline } from "../src/intelligence/pipeline.ts";
import { clientOf } from "../test/alertmanager/clients.ts";
import { installedAlertmanager, startAlertmanager } from "../test/real/alertmanager-server.ts";

const COUNT = 2000;
const ROUNDS = 5;

const { path, why, name } = installedAlertmanager();
if (path === null) {
  console.error(why);
  process.exit(2);
}
console.log(`${cpus()[0]?.model} × ${cpus().length}, Node ${process.version}, Alertmanager ${name}, ${COUNT} alerts`);
console.log("wall (processor) in ms; the first round is a fresh process");
for (let round = 1; round <= ROUNDS; round++) {
  const server = await startAlertmanager(path, { resolveTimeout: "30m" });
  try {
    await once(round, server.url);
  } finally {
    await server.remove();
  }
}

/** One cycle over alerts never seen, one over the same. */
async function once(round: number, url: string): Promise<void> {
  const alertmanager = clientOf([url]);
  await alertmanager.post(others());
  const config = configSchema.parse({ intelligence: { enrich: "copy" } });
  const catalogue = loadCatalogue(null);
  const ledger = { save: async () => {}, get: async () => null };
  const cycle = createCycle({
    config,
    pipeline: createPipeline(config, { catalogue }),
    alertmanager,
    ledger,
    catalogue,
  });
  for (const what of ["first", "unchanged"]) {
    const began = performance.now();
    const processor = process.cpuUsage();
    const alerts = await alertmanager.alerts();
    const read = performance.now() - began;
    const result = await cycle.run(alerts, new Date());
    const used = process.cpuUsage(processor);
    const stages = result.reports.map(({ stage, milliseconds }) => `${stage} ${milliseconds.toFixed(0)}`).join(", ");
    const { counts, silencesPut } = result.copies ?? { counts: null, silencesPut: 0 };
    console.log(
      `round ${round} ${what.padEnd(9)} ${(performance.now() - began).toFixed(0).padStart(5)} (${((used.user + used.system) / 1000).toFixed(0)})` +
        `  read ${read.toFixed(0)}, ${stages}; ${JSON.stringify(counts)}, ${silencesPut} silences put`,
    );
  }
}

function others(): readonly Alert[] {
  const startsAt = new Date(Date.now() - 60_000);
  return Array.from({ length: COUNT }, (_, index): Alert => {
    const labels: Record<string, string> =
      index % 2 === 0
        ? {
            alertname: `ggus-${index}`,
            service: "GGUS",
            severity: "ticket",
            Priority: "urgent",
            Site: `T2_XX_${index % 97}`,
          }
        : { alertname: `ssb-OTG${index}`, service: "SSB", severity: "notification", type: "Planned Intervention" };
    const annotations: Record<string, string> =
      index % 2 === 0 ? { Priority: "urgent", Subject: "x" } : { shortDescription: "Upgrade of something" };
    return { labels: { ...labels, tag: "monitoring" }, annotations, startsAt, endsAt: null };
  });
}
