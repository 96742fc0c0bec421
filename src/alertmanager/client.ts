import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { Clock } from "../alert/clock.ts";
import { UserError } from "../alert/user-error.ts";
import type { Config } from "../config/schema.ts";
import { createAlertmanagerServer } from "./server.ts";
import { type AlertmanagerCluster, createAlertmanagerCluster } from "./several/cluster.ts";
import type { SyncStates } from "./sync-types.ts";

export interface ClientDependencies {
  readonly log: Pick<Logger, "info" | "warn">;
  readonly clock: Clock;
  /** From how many of several Alertmanagers lists are read: the first that answers, or all of them, merged. */
  readonly read?: "first" | "all";
  /** Where what one of several missed is kept over restarts. The store's StateRepository is one. */
  readonly states?: SyncStates;
  readonly sleep?: (milliseconds: number) => Promise<void>;
  readonly random?: () => number;
}

/**
 * The client for the configured Alertmanagers, one or several.
 * @throws UserError when the configuration asks for the embedded one (createEmbeddedAlertmanager) or a certificate file
 * cannot be read
 */
export function createAlertmanagerClient(
  config: Config["alertmanager"],
  dependencies: ClientDependencies,
): AlertmanagerCluster {
  if (config.urls === "embedded") {
    throw new UserError(
      "is `embedded`: there is no server to talk to",
      "alertmanager.urls",
      "name an address, e.g. http://127.0.0.1:9093",
    );
  }
  const options = {
    timeout: config.timeout,
    token: config.token,
    tls: config.tls,
    clock: dependencies.clock,
    sleep: dependencies.sleep ?? ((milliseconds: number) => sleep(milliseconds)),
    random: dependencies.random ?? Math.random,
  };
  const servers = [...new Map(config.urls.map((address) => [address.target(), address])).values()].map((address) =>
    createAlertmanagerServer(address, options),
  );
  return createAlertmanagerCluster(servers, dependencies);
}
