import type { Ticket } from "../alert/ticket.ts";
import type { Catalogue } from "../config/catalogue.ts";

/** What a ticket is about, beyond its own words: CMSWEB services it names, and who answers for them and for its site. */
export interface Concerns {
  readonly services: readonly string[];
  readonly owners: readonly string[];
}

const WORD = /[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*/g;
const MAX_TEXT = 20_000;
const SHORTEST_NAME = 3;

/**
 * Finds the services of the catalogue that a ticket names (whole words, whatever their case), their owners, and the unit
 * or site that is responsible for the ticket.
 */
export function findConcerns(ticket: Ticket, catalogue: Catalogue): Concerns {
  const text = `${ticket.subject}\n${ticket.fields["seName"] ?? ""}\n${ticket.fields["feName"] ?? ""}\n${ticket.fields["area"] ?? ""}\n${ticket.fields["components"] ?? ""}\n${ticket.description}`;
  const words = new Set(
    text
      .slice(0, MAX_TEXT)
      .match(WORD)
      ?.filter((word) => word.length >= SHORTEST_NAME) ?? [],
  );
  const services = new Set<string>();
  const owners = new Set<string>();
  for (const word of words) {
    const service = catalogue.find(word);
    if (service !== null) {
      services.add(service.name);
      for (const owner of service.owners) {
        owners.add(owner);
      }
    }
  }
  for (const responsible of [ticket.fields["ResponsibleUnit"], ticket.fields["groups"], ticket.cmsSite]) {
    if (responsible !== undefined && responsible !== null && responsible !== "") {
      owners.add(responsible);
    }
  }
  return { services: [...services].sort(), owners: [...owners] };
}
