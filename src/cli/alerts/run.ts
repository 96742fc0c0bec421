import { setTimeout as sleep } from "node:timers/promises";
import { type ActiveAlert, alertName } from "../../alert/alert.ts";
import { equals } from "../../alert/matcher.ts";
import { UserError } from "../../alert/user-error.ts";
import type { CommandContext } from "../command.ts";
import { type ConnectionOptions, connect, reportAway } from "./alertmanager-connection.ts";
import { type AlertChoice, type AlertSort, alertDetails, alertTable, isChosen, sortAlerts, toRow } from "./view.ts";

/** Options of `cmswatch alerts`. */
export interface ListOptions extends ConnectionOptions, AlertChoice {
  readonly sort: AlertSort;
  readonly details?: boolean;
  readonly json?: boolean;
  readonly all?: boolean;
  /** Milliseconds between two looks; true for the usual time. */
  readonly watch?: number | true;
}

/** Options of `cmswatch alerts end`. */
export interface EndOptions extends ConnectionOptions {
  readonly all?: boolean;
  readonly dryRun?: boolean;
}

const CLEAR_SCREEN = "\u001b[2J\u001b[H";
const USUAL_WATCH = 5000;

/** Lists once, or again and again with `--watch`. */
export async function listAlerts(options: ListOptions, context: CommandContext): Promise<void> {
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

/** Ends an alert by its name. @throws UserError for a name that nothing or, without `--all`, more than one has */
export async function endAlert(name: string, options: EndOptions, context: CommandContext): Promise<void> {
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
  const { nearestNames } = await import("../../config/nearest.ts");
  const [nearest] = nearestNames(name, alerts.map(alertName), 1);
  return nearest === undefined ? "list them with `cmswatch alerts --all`" : `did you mean "${nearest}"?`;
}

function describe(alert: ActiveAlert): string {
  const labels = Object.entries(alert.labels).filter(([label]) => label !== "alertname");
  return labels.map(([label, value]) => `${label}=${value}`).join(", ");
}
