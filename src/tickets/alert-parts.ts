import type { Labels } from "../alert/alert.ts";
import { putOwn } from "../alert/own.ts";
import type { Ticket } from "../alert/ticket.ts";
import type { AlertContext } from "./system.ts";
import { cleanText, trimText } from "./text.ts";

/** Alertmanager has no limit of its own, but what shows alerts has: Slack's blocks, Karma's rows. */
const MAX_LABEL = 200;
const MAX_ANNOTATION = 600;
/** The whole description stays in the store. */
const MAX_DESCRIPTION = 1500;

type Parts = Readonly<Record<string, string | null | undefined>>;

/** Labels on one line each, trimmed; empty ones are left out, as Alertmanager does itself. */
export function toLabels(parts: Parts): Labels {
  return pick(parts, (text) => trimText(text.replace(/\s+/g, " "), MAX_LABEL));
}

/** Annotations, trimmed; empty ones are left out. */
export function toAnnotations(parts: Parts): Labels {
  return pick(parts, (text) => trimText(text, MAX_ANNOTATION));
}

/** Annotations that every system's alerts have when they are known: text, CMS site, services, owners, linked tickets. */
export function commonAnnotations(ticket: Ticket, { concerns, linked }: AlertContext): Labels {
  return {
    ...toAnnotations({
      CMSSite: ticket.cmsSite,
      concerns: concerns.services.join(", "),
      owners: concerns.owners.join(", "),
      linked: linked.join(", "),
    }),
    ...(ticket.description === "" ? {} : { Description: trimText(ticket.description, MAX_DESCRIPTION) }),
  };
}

function pick(parts: Parts, shorten: (text: string) => string): Labels {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(parts)) {
    const text = cleanText(value ?? "");
    if (text !== "") {
      putOwn(kept, name, shorten(text));
    }
  }
  return kept;
}
