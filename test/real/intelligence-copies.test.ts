import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Alert } from "../../src/alert/alert.ts";
import { loadCatalogue } from "../../src/config/catalogue.ts";
import { configSchema } from "../../src/config/schema.ts";
import { createCycle } from "../../src/intelligence/cycle.ts";
import { createPipeline } from "../../src/intelligence/pipeline.ts";
import { clientOf } from "../alertmanager/clients.ts";
import { installedAlertmanager, type RealAlertmanager, startAlertmanager } from "./alertmanager-server.ts";

const program = installedAlertmanager();

describe.skipIf(program.path === null)(`enrichment on a real Alertmanager ${program.name}`, () => {
  let server: RealAlertmanager;
  beforeAll(async () => {
    server = await startAlertmanager(program.path ?? "", { resolveTimeout: "30m" });
  });
  afterAll(() => server.remove());

  it("copies and silences 2,000 alerts of others in one cycle, and sends nothing in the next", async () => {
    const alertmanager = clientOf([server.url]);
    const startsAt = new Date(Date.now() - 60_000);
    const others = Array.from({ length: 2000 }, (_, index): Alert => {
      const isTicket = index % 2 === 0;
      const labels = isTicket
        ? {
            alertname: `ggus-${index}`,
            service: "GGUS",
            severity: "ticket",
            Priority: "urgent",
            Site: `T2_XX_${index % 97}`,
          }
        : { alertname: `ssb-OTG${index}`, service: "SSB", severity: "notification", type: "Planned Intervention" };
      const annotations = isTicket
        ? { Priority: "urgent", Subject: "x" }
        : { shortDescription: "Upgrade of something" };
      return { labels: { ...labels, tag: "monitoring" }, annotations, startsAt, endsAt: null };
    });
    await alertmanager.post(others);
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
    const began = performance.now();
    const first = await cycle.run(await alertmanager.alerts(), new Date());
    const milliseconds = performance.now() - began;
    console.info(`2,000 alerts enriched, copied and silenced in ${milliseconds.toFixed(0)} ms`);
    expect([first.faults, first.copies?.counts.made]).toEqual([[], 2000]);
    const shown = await alertmanager.alerts({ silenced: false });
    expect(shown.length).toBe(2000);
    expect(new Set(shown.map((alert) => alert.labels["severity"]))).toEqual(new Set(["high", "warning"]));
    const second = await cycle.run(await alertmanager.alerts(), new Date());
    expect(second.copies).toEqual({
      counts: { made: 0, refreshed: 0, resolved: 0, kept: 2000 },
      silencesPut: 0,
      silencesExpired: 0,
    });
  });
});
