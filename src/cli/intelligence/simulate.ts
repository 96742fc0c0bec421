import { UserError } from "../../alert/user-error.ts";
import type { RegisterCommand } from "../command.ts";

const SEED = 20_260_301;

/** `cmswatch simulate`: a CMSWEB that does not exist, as a Prometheus exporter, to try a whole installation with. */
export const registerSimulate: RegisterCommand = (program, context) => {
  program
    .command("simulate")
    .description("serve metrics of a simulated CMSWEB for a Prometheus to scrape")
    .option("--listen <address>", "address and port", "127.0.0.1:9464")
    .option("--break <service>", "make this service slow from now on, for ten minutes")
    .action(async ({ listen, break: broken }: { listen: string; break?: string }) => {
      const [, host = "", port = ""] = /^(.*):(\d{1,5})$/.exec(listen) ?? [];
      if (port === "" || Number(port) > 65_535) {
        throw new UserError(`"${listen}" is not an address`, "--listen", "write it like 127.0.0.1:9464");
      }
      const { systemClock } = await import("../../alert/clock.ts");
      const { loadCatalogue } = await import("../../config/catalogue.ts");
      const { createSimulation } = await import("../../demo/cmsweb/simulation.ts");
      const { startExporter } = await import("../../demo/cmsweb/exporter.ts");
      const simulation = createSimulation({ catalogue: loadCatalogue(null), seed: SEED });
      if (broken !== undefined) {
        simulation.inject({ service: broken, kind: "point", from: systemClock(), duration: 600_000 });
      }
      const exporter = await startExporter(simulation, systemClock, Number(port), host === "" ? "0.0.0.0" : host);
      context.out(`simulated CMSWEB at ${exporter.url}\n`);
      await new Promise<void>((resolve) => {
        process.once("SIGINT", () => resolve());
        process.once("SIGTERM", () => resolve());
      });
      await exporter.close();
    });
};
