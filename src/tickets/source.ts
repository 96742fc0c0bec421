import { statSync } from "node:fs";
import type { Ticket, TicketSystem } from "../alert/ticket.ts";
import { UserError } from "../alert/user-error.ts";
import { type Collection, collect } from "./collect.ts";
import type { Problem } from "./problem.ts";
import { readFileBytes } from "./read-file.ts";
import type { Download, KnownTickets, SourceSettings, SourceTools, TicketingSystem } from "./system.ts";

/** What one fetch of a source gave. Only a complete one says anything about tickets that are missing from it. */
export interface FetchResult {
  readonly system: TicketSystem;
  readonly complete: boolean;
  readonly tickets: readonly Ticket[];
  readonly problems: readonly Problem[];
  /** Tickets that are there but could not be read: they are not gone. */
  readonly unreadable: ReadonlySet<string>;
  readonly fetchedAt: Date;
  /** Why it is not complete; null when it is. */
  readonly reason: string | null;
}

/** One source of tickets, fetched again and again. */
export interface TicketSource {
  readonly system: TicketingSystem;
  /** Never throws for what a server or a file does wrong: that is an incomplete result with its reason. */
  fetch(known: KnownTickets): Promise<FetchResult>;
}

/** The source that the settings describe: a file, or the system's server. */
export function createTicketSource(
  system: TicketingSystem,
  settings: SourceSettings,
  tools: SourceTools,
): TicketSource {
  const download =
    settings.file === undefined
      ? system.createDownload(settings, tools)
      : createFileDownload(system, settings.file, settings);
  return {
    system,
    async fetch(known) {
      const fetchedAt = tools.clock();
      try {
        const { collection, reason } = await download(known);
        const { tickets, problems, unreadable, isWhole } = collection;
        const why =
          reason ??
          (isWhole
            ? null
            : "it is not whole: it is cut off, or some of its records cannot be read, not even their ids");
        return { system: system.name, complete: why === null, tickets, problems, unreadable, fetchedAt, reason: why };
      } catch (error) {
        if (!(error instanceof UserError)) {
          throw error;
        }
        const nothing = { tickets: [], problems: [], unreadable: new Set<string>() };
        return { system: system.name, complete: false, ...nothing, fetchedAt, reason: error.message };
      }
    },
  };
}

function createFileDownload(system: TicketingSystem, file: string, settings: SourceSettings): Download {
  const ending = /\.(csv|xml|json)(?:\.gz)?$/i.exec(file)?.[1]?.toLowerCase();
  const format = system.formats.find((known) => known === ending) ?? settings.format ?? system.formats[0];
  let last: { readonly mark: string; readonly collection: Collection } | null = null;
  return async () => {
    const mark = markOf(file);
    if (mark === null || mark !== last?.mark) {
      const bytes = readFileBytes(file, settings.maxBytes);
      const parsed = system.parse(bytes, { format, where: file });
      const collection = await collect(parsed, file, system.repeats);
      // A file that was written to meanwhile says nothing about what is missing from it, and is read again at the next fetch.
      const isSame = markOf(file) === mark;
      last = { mark: mark !== null && isSame ? mark : "", collection };
      if (!isSame) {
        return { collection, reason: "the file changed while it was read" };
      }
    }
    return { collection: last.collection, reason: null };
  };
}

/** Changes whenever the file does; null where it cannot be told, which reading it will say better. */
function markOf(file: string): string | null {
  try {
    const { ino, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true });
    return [ino, size, mtimeNs, ctimeNs].join("/");
  } catch {
    return null;
  }
}
