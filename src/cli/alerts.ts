import { setTimeout as sleep } from "node:timers/promises";
import { type Command, InvalidArgumentError, Option } from "commander";
import { type ActiveAlert, alertName } from "../alert/alert.ts";
import { parseDuration } from "../alert/duration.ts";
import { equals } from "../alert/matcher.ts";
import { UserError } from "../alert/user-error.ts";
import { addConnectionOptions, type ConnectionOptions, connect, reportAway } from "./alertmanager-connection.ts";
import {
  type AlertChoice,
  type AlertSort,
  alertDetails,
  alertTable,
  isChosen,
  SORTS,
  sortAlerts,
  toRow,
} from "./alerts-view.ts";
import type { CommandContext, RegisterCommand } from "./command.ts";

interface ListOptions extends ConnectionOptions, AlertChoice {
  readonly sort: AlertSort;
  readonly details?: boolean;
  readonly json?: boolean;
  readonly all?: boolean;
  /** Milliseconds between two looks. */
  /** Milliseconds between two looks; true for the usual time. */
  readonly watch?: number | true;
}

interface EndOptions extends ConnectionOptions {
  readonly all?: boolean;
  readonly dryRun?: boolean;
}

const CLEAR_SCREEN = "\u001b[2J\u001b[H";
const SHORTEST_WATCH = 1000;
const USUAL_WATCH = 5000;

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
    .action((options: ListOptions) => list(options, context));
  registerEnd(alerts, context);
};

function registerEnd(alerts: Command, context: CommandContext): void {
  addConnectionOptions(
    alerts.command("end").description("end an alert by its name; one that its sender renews comes back"),
  )
    .argument("<name>", "its alertname")
    .option("--all", "all of this name, where there are several")
    .option("--dry-run", "only tell which")
    .action((name: string, _own: EndOptions, command: Command) =>
      end(name, command.optsWithGlobals<EndOptions>(), context),
    );
}

async function list(options: ListOptions, context: CommandContext): Promise<void> {
  const show = await prepare(options, context);
  if (options.watch === undefined) {
    context.out(await show());
    return;
  }
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  const every = options.watch === true ? USUAL_WATCH : options.watch;
  await watch(show, { every, out: context.out, err: context.err, isTerminal: context.colour, signal: stop.signal });
}

/** Gives a function that looks and renders. */
async function prepare(options: ListOptions, context: CommandContext): Promise<() => Promise<string>> {
  const { client, config } = await connect(options, context);
  const ranking = config.intelligence.severities;
  const filter = options.all === true ? {} : { silenced: false, inhibited: false };
  return async () => {
    const found = await client.alerts(filter);
    reportAway(client, context);
    const chosen = sortAlerts(
      found.filter((alert) => isChosen(alert, options)),
      options.sort,
      ranking,
    );
    return render(chosen, options, context, ranking);
  };
}

function render(
  alerts: readonly ActiveAlert[],
  options: ListOptions,
  context: CommandContext,
  ranking: Readonly<Record<string, number>>,
): string {
  const now = new Date();
  if (options.json === true) {
    const shown = options.details === true ? alerts : alerts.map((alert) => toRow(alert, now));
    return `${JSON.stringify(shown, null, 2)}\n`;
  }
  if (alerts.length === 0) {
    return "no alerts\n";
  }
  return options.details === true
    ? alertDetails(alerts, now, context.colour)
    : alertTable(alerts, now, ranking, context.colour);
}

export interface WatchOptions {
  readonly every: number;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** On a terminal the screen is cleared before each look. */
  readonly isTerminal: boolean;
  readonly signal: AbortSignal;
}

/** Shows it again and again until the signal aborts; a failed look is reported and does not end the watch. */
export async function watch(show: () => Promise<string>, options: WatchOptions): Promise<void> {
  while (!options.signal.aborted) {
    const text = await show().catch((error: unknown) => {
      if (!(error instanceof UserError)) {
        throw error;
      }
      options.err(`cmswatch: ${error.message}\n`);
      return null;
    });
    if (text !== null) {
      options.out(options.isTerminal ? `${CLEAR_SCREEN}${text}` : text);
    }
    await sleep(options.every, undefined, { signal: options.signal }).catch(() => undefined);
  }
}

async function end(name: string, options: EndOptions, context: CommandContext): Promise<void> {
  const { client } = await connect(options, context);
  const found = await client.alerts({ matchers: [equals("alertname", name)] });
  reportAway(client, context);
  if (found.length === 0) {
    throw new UserError(`no alert called "${name}" fires`, "alerts end", await suggest(name, await client.alerts()));
  }
  if (found.length > 1 && options.all !== true) {
    const which = found.map((alert) => describe(alert)).join("; ");
    throw new UserError(
      `${found.length} alerts are called "${name}" (${which})`,
      "alerts end",
      "add --all to end them all",
    );
  }
  if (options.dryRun !== true) {
    const endsAt = new Date();
    await client.post(found.map(({ labels, annotations, startsAt }) => ({ labels, annotations, startsAt, endsAt })));
  }
  for (const alert of found) {
    context.out(`${options.dryRun === true ? "would end" : "ended"} ${name} (${describe(alert)})\n`);
  }
}

async function suggest(name: string, alerts: readonly ActiveAlert[]): Promise<string> {
  const { nearestNames } = await import("../config/nearest.ts");
  const [nearest] = nearestNames(name, alerts.map(alertName), 1);
  return nearest === undefined ? "list them with `cmswatch alerts --all`" : `did you mean "${nearest}"?`;
}

function describe(alert: ActiveAlert): string {
  const labels = Object.entries(alert.labels).filter(([label]) => label !== "alertname");
  return labels.map(([label, value]) => `${label}=${value}`).join(", ");
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
