import { type Command, InvalidArgumentError, Option } from "commander";
import { parseDuration } from "../../alert/duration.ts";
import type { CommandContext, RegisterCommand } from "../command.ts";
import { addConnectionOptions } from "./alertmanager-connection.ts";
import type { EndOptions, ListOptions } from "./run.ts";
import type { AlertSort } from "./view.ts";

const SORTS = ["severity", "starts", "ends", "duration"] as const satisfies readonly AlertSort[];
const SHORTEST_WATCH = 1000;

/** `cmswatch alerts`: what fires now; `cmswatch alerts end NAME` ends an alert. */
export const registerAlerts: RegisterCommand = (program, context) => {
  const alerts = addConnectionOptions(program.command("alerts").description("list the alerts that fire now"))
    .option("--service <name>", "only of this service")
    .option("--severity <name>", "only of this severity")
    .option("--tag <tag>", "only with this tag")
    .option("--name <name>", "only of this name")
    .addOption(new Option("--sort <by>", "order").choices(SORTS).default("severity"))
    .option("--all", "also those that are silenced or inhibited")
    .option("--details", "all labels and annotations")
    .option("--json", "for programs")
    .option("--watch [every]", "look again and again, e.g. every 10s", readWatch)
    .action(async (options: ListOptions) => {
      const { listAlerts } = await import("./run.ts");
      await listAlerts(options, context);
    });
  registerEnd(alerts, context);
};

function registerEnd(alerts: Command, context: CommandContext): void {
  addConnectionOptions(
    alerts.command("end").description("end an alert by its name; one that its sender renews comes back"),
  )
    .argument("<name>", "its alertname")
    .option("--all", "all of this name, where there are several")
    .option("--dry-run", "only tell which")
    .action(async (name: string, _own: EndOptions, command: Command) => {
      const { endAlert } = await import("./run.ts");
      await endAlert(name, command.optsWithGlobals<EndOptions>(), context);
    });
}

function readWatch(text: string): number {
  try {
    const every = parseDuration(text);
    if (every >= SHORTEST_WATCH) {
      return every;
    }
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
  throw new InvalidArgumentError("look at most once a second");
}
