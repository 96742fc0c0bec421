import type { ActionsBlock, KnownBlock } from "@slack/types";
import type { ActiveAlert } from "../../alert/alert.ts";
import { alertName } from "../../alert/alert.ts";
import type { AlertGroup } from "../../alert/group.ts";
import { groupActions } from "./group-actions.ts";
import type { GroupView } from "./group-view.ts";
import { GROUP_LOOKS, severityWord } from "./looks.ts";
import { context, cut, cutMarkdown, lines, link, type Payload, plain, section } from "./payload.ts";
import { moment, span } from "./time.ts";

const SHOWN_ALERTS = 8;
const SHOWN_SOLUTIONS = 3;

/**
 * The living message of a group. It holds no clock: the same view always gives the same payload, so an edit that
 * changes nothing can be left out, and Slack itself shows the times in the reader's zone.
 */
export function groupMessage(view: GroupView): Payload {
  const { group } = view;
  const look = GROUP_LOOKS[group.state];
  const subject =
    group.service === null ? group.title : `${group.service}: ${withoutPrefix(group.title, group.service)}`;
  const headline = `${severityWord(group.severity)} ${subject} — ${look.word}`;
  const details: KnownBlock[] = [
    ...(view.pageReason === null ? [] : [context(`:pager: ${plain(view.pageReason)}${inChannel(view)}`)]),
    section(facts(view)),
    ...(group.alerts.length === 0 ? [] : [section(alertList(view))]),
    ...solutions(group),
    ...people(view),
    groupActions(view) satisfies ActionsBlock,
  ];
  return {
    text: cutMarkdown(`${look.sign} ${plain(headline)}`, 300),
    blocks: [
      section(
        cut(`${look.sign} *${severityWord(group.severity)}* · *${plain(cut(subject, 400))}* — ${look.word}`, 900),
      ),
    ],
    attachments: [{ color: look.colour, fallback: cut(headline, 300), blocks: details }],
  };
}

/** A group as a page. @param mention member id of the person, where the page stands in a channel; null in a direct message */
export function pageMessage(view: GroupView, mention: string | null): Payload {
  const page = groupMessage(view);
  return mention === null ? page : { ...page, blocks: [section(`:pager: <@${mention}>`), ...page.blocks] };
}

function inChannel({ permalink }: GroupView): string {
  return permalink === null ? "" : ` · ${link(permalink, "in its channel")}`;
}

function withoutPrefix(title: string, service: string): string {
  return title.toLowerCase().startsWith(`${service.toLowerCase()}:`) ? title.slice(service.length + 1).trim() : title;
}

function facts({ group }: GroupView): string {
  const ended = group.endsAt !== null && group.state === "resolved";
  return [
    ended
      ? `Lasted ${span(group.endsAt.getTime() - group.startsAt.getTime())}: ${moment(group.startsAt)} to ${moment(group.endsAt)}`
      : `Since ${moment(group.startsAt)}`,
    group.owners.length === 0 ? "" : `Owners: ${group.owners.map(plain).join(", ")}`,
    ...group.reasons.slice(0, 3).map((reason) => `_${plain(reason)}_`),
  ]
    .filter((line) => line !== "")
    .join("\n");
}

function alertList({ group, webUrl }: GroupView): string {
  const root = group.alerts.find((alert) => alert.fingerprint === group.rootFingerprint);
  const ordered = root === undefined ? group.alerts : [root, ...group.alerts.filter((alert) => alert !== root)];
  const shown = ordered
    .slice(0, SHOWN_ALERTS)
    .map((alert) => `• ${alertLine(alert)}${alert === root && ordered.length > 1 ? " _(probable cause)_" : ""}`);
  const rest = ordered.length - shown.length;
  const all = webUrl === null ? "" : ` — ${link(`${webUrl}/groups/${encodeURIComponent(group.id)}`, "see all")}`;
  return lines(rest === 0 ? shown : [...shown, `_… and ${rest} more alerts_${all}`], 2500, "lines");
}

function alertLine(alert: ActiveAlert): string {
  const told = alert.annotations["summary"] ?? alert.annotations["description"] ?? alert.annotations["message"] ?? "";
  const where = alert.labels["pod"] ?? alert.labels["instance"] ?? alert.labels["node"] ?? "";
  const name = plain(alertName(alert));
  const named = alert.generatorURL === undefined ? `*${name}*` : `*${link(alert.generatorURL, alertName(alert))}*`;
  return [
    named,
    where === "" ? "" : `\`${plain(cut(where, 80)).replaceAll("`", "'")}\``,
    plain(cut(told.replaceAll(/\s+/g, " "), 200)),
  ]
    .filter((part) => part !== "")
    .join(" ");
}

function solutions(group: AlertGroup): KnownBlock[] {
  if (group.state === "resolved") {
    return [];
  }
  const steps = group.runbook?.firstSteps.slice(0, 3) ?? [];
  const first =
    group.runbook === null
      ? []
      : [
          section(
            `:book: *Runbook:* ${link(group.runbook.url, group.runbook.title)}\n${lines(
              steps.map((step, index) => `${index + 1}. ${plain(step)}`),
              1200,
              "steps",
            )}`,
          ),
        ];
  const proposed = group.solutions.slice(0, SHOWN_SOLUTIONS).map(
    (solution, index): KnownBlock => ({
      ...section(`:bulb: ${plain(cut(solution.text, 600))}\n_${plain(cut(solution.reason, 200))}_`),
      block_id: `solution.${index}`,
      accessory: {
        type: "button",
        action_id: "solution.helped",
        text: { type: "plain_text", text: "This helped" },
        value: cut(JSON.stringify({ group: group.id, solution: solution.id }), 2000),
        accessibility_label: cut(`This helped: ${solution.text}`, 75),
      },
    }),
  );
  return [...first, ...proposed];
}

function people(view: GroupView): KnownBlock[] {
  const { acknowledgement, silences, group } = view;
  const said = [
    acknowledgement === null || group.state === "resolved"
      ? ""
      : `:raised_hand: Acknowledged by ${plain(acknowledgement.by)} at ${moment(acknowledgement.at)}, until ${moment(acknowledgement.until)}`,
    ...silences
      .slice(0, 3)
      .map(
        (silence) =>
          `:no_bell: Silenced by ${plain(silence.owner)} until ${moment(silence.endsAt)}: ${plain(cut(silence.reason, 200))}`,
      ),
  ].filter((line) => line !== "");
  return said.length === 0 ? [] : [context(...said)];
}
