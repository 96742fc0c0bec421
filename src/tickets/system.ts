import type { Address } from "../alert/address.ts";
import type { Alert } from "../alert/alert.ts";
import type { Clock } from "../alert/clock.ts";
import type { Ticket, TicketSystem } from "../alert/ticket.ts";
import type { RetryTools } from "../http/retry.ts";
import type { CertificatePlaces } from "../http/x509.ts";
import type { Collection } from "./collect.ts";
import type { Concerns } from "./concerns.ts";
import type { Parsed } from "./problem.ts";

export type TicketFormat = "csv" | "xml" | "json";

export interface ParseOptions {
  readonly format: TicketFormat;
  /** File or address, for errors. */
  readonly where: string;
  /** Address of the server, for links to its tickets where they are made from it. */
  readonly base?: string;
}

/** What a ticket's alert is made with besides the ticket. */
export interface AlertContext {
  /** When it was first seen: the start of an alert whose ticket has no time of its own. */
  readonly seenAt: Date;
  readonly concerns: Concerns;
  /** Other tickets of the same issue, as `system/id`. */
  readonly linked: readonly string[];
}

/** Where the tickets of a source come from: the configuration of one system under `tickets`. */
export interface SourceSettings {
  readonly url?: Address | string | undefined;
  readonly file?: string | undefined;
  readonly token?: string | undefined;
  readonly tls?:
    | { readonly ca?: string | undefined; readonly cert?: string | undefined; readonly key?: string | undefined }
    | undefined;
  /** How long one request may take, in milliseconds. */
  readonly timeout: number;
  readonly maxBytes: number;
  readonly format?: TicketFormat | undefined;
  readonly vo?: string | undefined;
  readonly query?: string | undefined;
}

/** What fetching needs from outside. */
export interface SourceTools extends RetryTools, CertificatePlaces {
  readonly clock: Clock;
}

/** Tickets that are known already, by their ids: what did not change need not be fetched in full again. */
export type KnownTickets = ReadonlyMap<string, Ticket>;

/** What a server gave; `reason` says why it is not everything, when it broke off halfway. */
export interface Downloaded {
  readonly collection: Collection;
  readonly reason: string | null;
}

/** Fetches everything once, retries included. @throws UserError when nothing could be had. */
export type Download = (known: KnownTickets) => Promise<Downloaded>;

/** One ticketing system: how its exports are read and what its tickets mean. A further one is a folder and a line. */
export interface TicketingSystem {
  readonly name: TicketSystem;
  /** Name for people. */
  readonly title: string;
  /** The first is the usual one. */
  readonly formats: readonly [TicketFormat, ...TicketFormat[]];
  /** True when the same id comes once per change of it, so that repeats are no fault. */
  readonly repeats: boolean;
  /** What follows when an open ticket is missing from a whole answer: it is over, or it is only out of view. */
  readonly missing: "resolved" | "out of view";
  /** True when fetching makes use of what is known already. */
  readonly usesKnown: boolean;
  /** Tickets and problems in the order of the text. @throws UserError when it is no such text at all. */
  parse(bytes: AsyncIterable<Uint8Array>, options: ParseOptions): AsyncIterable<Parsed>;
  /** The ticket in the system's own fields, ready for JSON. */
  print(ticket: Ticket): Readonly<Record<string, unknown>>;
  /** True while somebody has to know of it. */
  isOpen(ticket: Ticket, now: Date): boolean;
  toAlert(ticket: Ticket, context: AlertContext): Alert;
  /** Makes what fetches from the system's server; what it keeps between fetches (an ETag, names) is its own. */
  createDownload(settings: SourceSettings, tools: SourceTools): Download;
}
