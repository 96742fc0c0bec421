import type { Command } from "commander";
import { Address } from "../../alert/address.ts";
import { systemClock } from "../../alert/clock.ts";
import { UserError } from "../../alert/user-error.ts";
import type { AlertmanagerCluster } from "../../alertmanager/several/cluster.ts";
import type { Config } from "../../config/schema.ts";
import type { CommandContext } from "../command.ts";

/** Options of every command that talks to Alertmanager. */
export interface ConnectionOptions {
  readonly url?: readonly string[];
  readonly config?: string;
}

export function addConnectionOptions(command: Command): Command {
  return command
    .option(
      "--url <address>",
      "address of an Alertmanager; may be repeated",
      (address: string, list: string[] = []) => [...list, address],
    )
    .option("--config <file>", "configuration (YAML) with the addresses, token and certificates");
}

/** A client of the named or configured Alertmanagers, lists merged from all of them. @throws UserError */
export async function connect(
  options: ConnectionOptions,
  context: CommandContext,
): Promise<{ readonly client: AlertmanagerCluster; readonly config: Config }> {
  const { loadConfig } = await import("../../config/load.ts");
  const { createAlertmanagerClient } = await import("../../alertmanager/client.ts");
  const config = loadConfig(options.config ?? null, context.environment);
  const urls = options.url?.map((url) => Address.parse(url, "--url")) ?? config.alertmanager.urls;
  if (urls === "embedded") {
    throw new UserError(
      "no Alertmanager is named",
      options.config ?? "command line",
      "give --url http://127.0.0.1:9093, or set alertmanager.urls in the configuration",
    );
  }
  const quiet = { info: () => {}, warn: () => {} };
  const dependencies = { log: quiet, clock: systemClock, read: "all" } as const;
  return { client: createAlertmanagerClient({ ...config.alertmanager, urls: [...urls] }, dependencies), config };
}

/** Tells of Alertmanagers that did not answer while others did, so that a short list is not taken for the whole. */
export function reportAway(client: AlertmanagerCluster, context: CommandContext): void {
  for (const { address, fault } of client.health()) {
    if (fault !== null) {
      context.err(`cmswatch: Alertmanager ${address} ${fault}: its part is missing here\n`);
    }
  }
}
