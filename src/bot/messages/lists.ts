import type { AlertGroup, RunbookLink } from "../../alert/group.ts";
import type { Ticket } from "../../alert/ticket.ts";
import type { Part, SilenceInfo } from "../../status/status-types.ts";
import { context, cut, cutMarkdown, lines, link, type Payload, plain, section } from "./payload.ts";
import { groupLine, part, silenceLine, ticketLine } from "./status.ts";
import { age } from "./time.ts";

/** A list with its title, its age and, when empty, a sentence that says so. */
function listMessage<T>(
  title: string,
  data: Part<readonly T[]>,
  now: Date,
  render: (one: T) => string,
  empty: string,
): Payload {
  const count = data.kind === "missing" ? "" : ` (${data.value.length})`;
  return {
    text: cut(`${title}${count}`, 300),
    blocks: [part(title, data, now, (all) => all.map(render), empty), context(age(data, now))],
  };
}

export function alertsMessage(groups: Part<readonly AlertGroup[]>, what: string, now: Date): Payload {
  return listMessage(`Alerts${what === "" ? "" : ` of ${what}`}`, groups, now, groupLine, "none");
}

export function ticketsMessage(tickets: Part<readonly Ticket[]>, now: Date): Payload {
  return listMessage("Open tickets and interventions", tickets, now, (one) => ticketLine(one, now), "none");
}

export function silencesMessage(silences: Part<readonly SilenceInfo[]>, now: Date): Payload {
  return listMessage("Active silences", silences, now, (one) => silenceLine(one, now), "none");
}

export function runbooksMessage(found: readonly RunbookLink[], query: string): Payload {
  const entries = found.map(
    ({ url, title, firstSteps }) =>
      `• ${link(url, title)}${
        firstSteps.length === 0
          ? ""
          : `\n    ${firstSteps
              .slice(0, 3)
              .map((step, index) => `${index + 1}. ${plain(cut(step, 150))}`)
              .join("  ")}`
      }`,
  );
  const text = entries.length === 0 ? `No runbook matches “${query}”.` : `Runbooks for “${query}”`;
  return { text: cutMarkdown(plain(text), 300), blocks: [section(`*${plain(text)}*\n${lines(entries)}`)] };
}
