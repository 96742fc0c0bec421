import type { KnownBlock } from "@slack/types";
import type { Overview, ServiceSummary } from "../../status/status-types.ts";
import { STATE_SIGNS } from "./looks.ts";
import { context, cut, cutMarkdown, fields, lines, type Payload, plain, section } from "./payload.ts";
import { groupLine, oncallLine, part, ticketLine } from "./status.ts";
import { age, ago } from "./time.ts";

const QUIET_STATES = ["ok"] as const;

/** The whole of CMSWEB on one screen: what is not well first, the rest in one line. */
export function overviewMessage(overview: Overview, now: Date): Payload {
  const blocks = overviewBlocks(overview, now);
  return { text: cutMarkdown(plain(summaryLine(overview)), 300), blocks };
}

export function overviewBlocks(overview: Overview, now: Date): KnownBlock[] {
  return [
    section(`*CMSWEB now* — ${plain(summaryLine(overview))}`),
    ...serviceBlocks(overview.services, now),
    part("Open alerts", overview.alerts, now, (all) => all.map(groupLine), "none"),
    part(
      "Tickets and interventions",
      overview.tickets,
      now,
      (all) => all.map((one) => ticketLine(one, now)),
      "none open",
    ),
    part("On call", overview.oncall, now, (all) => all.map(oncallLine), ":rotating_light: *nobody is on call*"),
    context(sourcesLine(overview, now), `alerts ${age(overview.alerts, now)} · tickets ${age(overview.tickets, now)}`),
  ];
}

/** `2 failing, 1 degraded, 20 ok`. */
export function summaryLine({ services }: Overview): string {
  const counts = new Map<string, number>();
  for (const { state } of services) {
    counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  return counts.size === 0
    ? "no services are watched"
    : [...counts].map(([state, count]) => `${count} ${state}`).join(", ");
}

export function serviceBlocks(services: readonly ServiceSummary[], now: Date): KnownBlock[] {
  const loud = services.filter(({ state }) => !QUIET_STATES.some((quiet) => quiet === state));
  const quiet = services.filter((one) => !loud.includes(one));
  return [
    ...(loud.length === 0
      ? []
      : [
          section(
            lines(
              loud.map((one) => serviceLine(one, now)),
              2800,
              "services",
            ),
          ),
        ]),
    ...(quiet.length === 0
      ? []
      : [section(`${STATE_SIGNS.ok} *ok:* ${quiet.map(({ service }) => plain(service)).join(", ")}`)]),
  ];
}

function serviceLine({ service, state, headline, since }: ServiceSummary, now: Date): string {
  return `${STATE_SIGNS[state]} *${plain(service)}* ${state}${since === null ? "" : `, ${ago(since, now)}`}: ${plain(cut(headline, 200))}`;
}

function sourcesLine({ sources }: Overview, now: Date): string {
  const troubled = sources.filter(({ state }) => state === "stale" || state === "down");
  return troubled.length === 0
    ? "All sources answer."
    : troubled
        .map(
          (one) =>
            `:warning: ${plain(one.name)} is ${one.state}${one.at === null ? "" : `, last answer ${ago(one.at, now)}`}: ${plain(one.because)}`,
        )
        .join("\n");
}

/** Two columns of services with their state, for App Home. */
export function serviceFields(services: readonly ServiceSummary[]): KnownBlock[] {
  const facts = services.map(({ service, state }) => `${STATE_SIGNS[state]} *${plain(service)}* ${state}`);
  const blocks: KnownBlock[] = [];
  for (let index = 0; index < facts.length && blocks.length < 10; index += 10) {
    blocks.push(fields(facts.slice(index, index + 10)));
  }
  return blocks;
}
