import type { Ticket } from "../../src/alert/ticket.ts";
import { UserError } from "../../src/alert/user-error.ts";
import { type Collection, collect } from "../../src/tickets/collect.ts";
import type { TicketFormat } from "../../src/tickets/system.ts";
import { requireSystem } from "../../src/tickets/systems.ts";

/** Runs of a property: many where CI is set, few at a developer's desk. */
export const RUNS = process.env["CI"] === undefined ? 150 : 10_000;

/** The bytes of a text, in chunks of the given size. */
export async function* bytesOf(content: string | Uint8Array, chunkSize = 65_536): AsyncGenerator<Uint8Array> {
  const bytes = typeof content === "string" ? Buffer.from(content, "utf8") : content;
  for (let at = 0; at < bytes.length; at += chunkSize) {
    yield bytes.subarray(at, at + chunkSize);
  }
}

/** What a system's parser makes of a content, gathered. */
export function parse(
  name: string,
  content: string | Uint8Array,
  format: TicketFormat = requireSystem(name).formats[0],
  chunkSize = 65_536,
): Promise<Collection> {
  const system = requireSystem(name);
  return collect(system.parse(bytesOf(content, chunkSize), { format, where: "export" }), "export", system.repeats);
}

/** The one clear error that a content is refused with. Anything but a UserError is a failure of the test. */
export async function refusal(name: string, content: string | Uint8Array, format?: TicketFormat): Promise<string> {
  try {
    await parse(name, content, format);
  } catch (error) {
    if (error instanceof UserError) {
      return error.message;
    }
    throw error;
  }
  throw new Error("it was not refused");
}

/** A ticket with nothing special about it. */
export function makeTicket(changes: Partial<Ticket> = {}): Ticket {
  return {
    system: "ggus",
    id: "4711",
    subject: "Pilots fail",
    description: "",
    status: "assigned",
    priority: "urgent",
    type: "TEAM",
    vo: "cms",
    site: null,
    cmsSite: null,
    createdAt: new Date("2021-03-01T00:00:00Z"),
    updatedAt: new Date("2021-03-02T00:00:00Z"),
    startsAt: null,
    endsAt: null,
    url: "https://ggus.eu/?mode=ticket_info&ticket_id=4711",
    fields: {},
    ...changes,
  };
}
