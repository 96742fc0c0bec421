import type { Ticket } from "../../alert/ticket.ts";

const MAX_TEXT = 50_000;
const MAX_REFERENCES = 50;

/** Ways in which texts name tickets; the first group is the id. */
const PATTERNS: readonly (readonly [RegExp, (id: string) => readonly string[]])[] = [
  [
    /\bggus[\s:#=/-]{0,3}(?:ticket[\s:#-]{0,3})?(\d{5,8})\b/gi,
    (id) => [`ggus/${id}`, `helpdesk/${id}`, `number/${id}`],
  ],
  [/[?&]ticket_id=(\d{5,8})\b/gi, (id) => [`ggus/${id}`]],
  [/\bticket\/zoom\/(\d{5,9})\b/gi, (id) => [`helpdesk/${id}`]],
  [/(?:^|\s)#(\d{6,8})\b/g, (id) => [`number/${id}`, `helpdesk/${id}`, `ggus/${id}`]],
  [/\b(OTG\d{4,9})\b/g, (id) => [`ssb/${id}`]],
  [/\b([A-Z][A-Z0-9]{2,20}-\d{1,6})\b/g, (id) => [`jira/${id}`]],
];

/** Names under which a ticket can be referred to: `ggus/153264`, and its number where that is another than its id. */
export function namesOf(ticket: Ticket): readonly string[] {
  const number = ticket.fields["number"];
  const own = `${ticket.system}/${ticket.id}`;
  return number === undefined ? [own] : [own, `number/${number}`];
}

/** Names of other tickets that a ticket's texts hold. Which of them exist is for the reader to see. */
export function referencesOf(ticket: Ticket): readonly string[] {
  const text = `${ticket.subject}\n${ticket.description}\n${ticket.fields["Comments"] ?? ""}`.slice(0, MAX_TEXT);
  const own = new Set(namesOf(ticket));
  const found = new Set<string>();
  for (const [pattern, names] of PATTERNS) {
    for (const [, id] of text.matchAll(pattern)) {
      for (const name of names(id ?? "")) {
        if (!own.has(name) && found.size < MAX_REFERENCES) {
          found.add(name);
        }
      }
    }
  }
  return [...found];
}
