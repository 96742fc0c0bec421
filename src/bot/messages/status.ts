import type { KnownBlock } from "@slack/types";
import type { Anomaly, Contribution } from "../../alert/anomaly.ts";
import type { AlertGroup } from "../../alert/group.ts";
import type { Ticket } from "../../alert/ticket.ts";
import type { OncallNow, Part, ServiceStatus, SilenceInfo } from "../../status/status-types.ts";
import { GROUP_LOOKS, STATE_SIGNS, severityWord } from "./looks.ts";
import { formatNumber, offBy } from "./numbers.ts";
import { button, context, cut, cutMarkdown, divider, lines, link, type Payload, plain, section } from "./payload.ts";
import { age, ago, moment, span } from "./time.ts";

/** A picture of the worst metric that Slack already holds, with the words for those who do not see it. */
export interface UploadedPicture {
  readonly fileId: string;
  readonly altText: string;
}

/**
 * The answer to `/anomaly status SERVICE`: "is it us?" first, then everything that bears on it, each part with its age.
 * @param picture of the worst metric; null while it is drawn or when there is none
 */
export function statusMessage(status: ServiceStatus, now: Date, picture: UploadedPicture | null): Payload {
  const word = `${status.service} is ${status.state.toUpperCase()}`;
  const since = status.since === null ? "" : ` since ${moment(status.since)} (${ago(status.since, now)})`;
  return {
    text: cutMarkdown(`${STATE_SIGNS[status.state]} ${plain(word)}: ${plain(status.headline)}`, 300),
    blocks: [
      section(
        `${STATE_SIGNS[status.state]} *${plain(status.title)}* (\`${plain(status.service)}\`) is *${status.state.toUpperCase()}*${since}\n${plain(status.headline)}`,
      ),
      part("Anomalous now", status.anomalies, now, (all) => all.map((one) => anomalyLine(one, now)), "nothing"),
      ...(picture === null ? [] : [pictureBlock(picture)]),
      part("Alerts", status.alerts, now, (all) => all.map(groupLine), "none firing"),
      part(
        "Tickets and interventions",
        status.tickets,
        now,
        (all) => all.map((one) => ticketLine(one, now)),
        "none open",
      ),
      part("Silences", status.silences, now, (all) => all.map((one) => silenceLine(one, now)), "none"),
      part("On call", status.oncall, now, (all) => all.map(oncallLine), ":rotating_light: *nobody is on call*"),
      section(runbookLine(status, now)),
      ...dependencies(status),
      divider(),
      footer(status, now),
    ],
  };
}

/** More lines than fit into a section. */
const MOST_LINES = 200;

/** One heading with its lines; an empty part says so, a failed one says why. */
export function part<T>(
  title: string,
  data: Part<readonly T[]>,
  now: Date,
  render: (all: readonly T[]) => readonly string[],
  empty: string,
): KnownBlock {
  if (data.kind === "missing") {
    return section(`*${title}:* ${age(data, now)}`);
  }
  const note = data.kind === "stale" ? `\n_${age(data, now)}_` : "";
  const count = data.value.length;
  // Of thousands only the first fit: the others are counted and not written.
  const shown = () => lines(render(data.value.slice(0, MOST_LINES)), 2600, "more", Math.max(0, count - MOST_LINES));
  return section(count === 0 ? `*${title}:* ${empty}${note}` : `*${title}*\n${shown()}${note}`);
}

export function anomalyLine(anomaly: Anomaly, now: Date): string {
  const worst = anomaly.contributions[0];
  const why = anomaly.evidence[0];
  return [
    `• *${plain(worst?.metric ?? anomaly.entity)}*${anomaly.entity === anomaly.service ? "" : ` of \`${plain(anomaly.entity)}\``}`,
    worst === undefined ? "" : ` ${distance(worst)}`,
    `, ${anomaly.kind}/${anomaly.class}, for ${span(now.getTime() - anomaly.openedAt.getTime())}`,
    ` (score ${formatNumber(anomaly.score)}, limit ${formatNumber(anomaly.threshold)})`,
    why === undefined ? "" : ` — ${plain(cut(why, 240))}`,
  ].join("");
}

function distance({ seen, expected }: Contribution): string {
  if (seen === null) {
    return "";
  }
  return expected === null
    ? `at ${formatNumber(seen)}`
    : `at ${formatNumber(seen)} instead of ${formatNumber(expected)} (${offBy(seen, expected)})`;
}

export function groupLine(group: AlertGroup): string {
  const look = GROUP_LOOKS[group.state];
  return `• ${look.sign} *${severityWord(group.severity)}* ${plain(cut(group.title, 200))} — ${look.word}, ${group.alerts.length} ${group.alerts.length === 1 ? "alert" : "alerts"}, since ${moment(group.startsAt)} \`${plain(group.id)}\``;
}

export function ticketLine(ticket: Ticket, now: Date): string {
  const planned = ticket.startsAt !== null && ticket.startsAt > now ? `, starts ${moment(ticket.startsAt)}` : "";
  const end = ticket.endsAt === null ? "" : `, until ${moment(ticket.endsAt)}`;
  const site = ticket.cmsSite ?? ticket.site;
  return `• ${link(ticket.url, `${ticket.system.toUpperCase()} ${ticket.id}`)} ${plain(cut(ticket.subject, 160))}${site === null ? "" : ` (${plain(site)})`} — ${plain(ticket.status)}${planned}${end}`;
}

export function silenceLine({ silence, owner, hides }: SilenceInfo, now: Date): string {
  const hidden = hides === null ? "" : `, hides ${hides}`;
  return `• until ${moment(silence.endsAt)} (${span(silence.endsAt.getTime() - now.getTime())} left) by ${plain(owner)}${hidden}: ${plain(cut(silence.comment, 160))} \`${plain(silence.id.slice(0, 8))}\``;
}

export function oncallLine({ roster, person, until, because }: OncallNow): string {
  const to = until === null ? "" : ` until ${moment(until)}`;
  return person === null
    ? `• :rotating_light: ${plain(roster)}: *nobody is on call* (${plain(because)})`
    : `• ${plain(roster)}: *${plain(person.name)}*${to} _(${plain(because)})_`;
}

function runbookLine(status: ServiceStatus, now: Date): string {
  const { runbook } = status;
  if (runbook.kind === "missing") {
    return `*Runbook:* ${age(runbook, now)}`;
  }
  const board = status.dashboard === null ? "" : ` · ${link(status.dashboard, "dashboard")}`;
  return `*Runbook:* ${runbook.value === null ? "none written yet" : link(runbook.value.url, runbook.value.title)}${board}`;
}

function dependencies({ dependencies: needed }: ServiceStatus): readonly KnownBlock[] {
  return needed.length === 0
    ? []
    : [
        section(
          `*Needs:* ${needed.map((one) => `${STATE_SIGNS[one.state]} ${plain(one.service)} ${one.state}`).join(" · ")}`,
        ),
      ];
}

export function pictureBlock({ fileId, altText }: UploadedPicture): KnownBlock {
  return { type: "image", slack_file: { id: fileId }, alt_text: cut(altText, 2000) };
}

function footer(status: ServiceStatus, now: Date): KnownBlock {
  const ages = [
    `metrics ${age(status.series, now)}`,
    `alerts ${age(status.alerts, now)}`,
    `tickets ${age(status.tickets, now)}`,
  ].join(" · ");
  return context(
    `${plain(ages)} · owners: ${status.owners.length === 0 ? "nobody named" : status.owners.map(plain).join(", ")}`,
  );
}

/** Shows the private answer to everybody. */
export function shareButton(service: string): KnownBlock {
  return {
    type: "actions",
    block_id: "status.actions",
    elements: [button("status.share", "Show to everybody", service), button("status.refresh", "Refresh", service)],
  };
}
