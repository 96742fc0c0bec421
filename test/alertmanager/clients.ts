import { pino } from "pino";
import { systemClock } from "../../src/alert/clock.ts";
import { type ClientDependencies, createAlertmanagerClient } from "../../src/alertmanager/client.ts";
import type { AlertmanagerCluster } from "../../src/alertmanager/several/cluster.ts";
import { configSchema } from "../../src/config/schema.ts";

/** A logger that says nothing. */
export const silent = pino({ level: "silent" });

/** A client of these addresses that does not wait between its tries. */
export function clientOf(
  urls: readonly string[],
  options: Partial<ClientDependencies> & { readonly token?: string; readonly timeout?: string } = {},
): AlertmanagerCluster {
  const { token, timeout, ...dependencies } = options;
  const config = configSchema.parse({
    alertmanager: { urls, ...(token === undefined ? {} : { token }), ...(timeout === undefined ? {} : { timeout }) },
  });
  return createAlertmanagerClient(config.alertmanager, {
    log: silent,
    clock: systemClock,
    sleep: () => Promise.resolve(),
    random: () => 0.5,
    ...dependencies,
  });
}
