import porterStemmer from "natural/lib/natural/stemmers/porter_stemmer.js";
import type { Ticket } from "../../alert/ticket.ts";
import { namesOf, referencesOf } from "./references.ts";
import { topicsOf } from "./topics.ts";

const MAX_TEXT = 3000;
const CMS_SITE = /\bT[0-3]_[A-Z]{2}_[A-Za-z0-9_]+/g;
const HOST = /\b[a-z0-9][a-z0-9-]{0,62}(?:\.[a-z0-9-]{1,63}){2,8}\b/gi;
const WORD = /[\p{L}\d]{2,40}/gu;
const STOP = new Set(
  "a an and are as at be been by can cannot could do does for from had has have in into is it its no not of on or our please since some that the their them there these this to up via was we were when which while will with you your".split(
    " ",
  ),
);
/** CERN's status board is about CERN, whose sites these are. */
const CERN = ["T0_CH_CERN", "T2_CH_CERN", "CERN-PROD"];

/** What linking looks at. */
export interface Traits {
  readonly ticket: Ticket;
  /** `system/id`. */
  readonly key: string;
  readonly names: readonly string[];
  readonly references: readonly string[];
  readonly sites: ReadonlySet<string>;
  readonly hosts: ReadonlySet<string>;
  readonly topics: ReadonlySet<string>;
  /** Stem → weight; a unit vector. */
  readonly words: ReadonlyMap<string, number>;
  /** Milliseconds from and to which it surely was; both null when no time is known. */
  readonly from: number | null;
  readonly to: number | null;
}

/** The traits of all tickets; words count the more the fewer of the tickets have them. */
export function traitsOf(tickets: readonly Ticket[]): readonly Traits[] {
  const stems = tickets.map(stemsOf);
  const frequency = new Map<string, number>();
  for (const stem of stems.flatMap((set) => [...set])) {
    frequency.set(stem, (frequency.get(stem) ?? 0) + 1);
  }
  const rarity = (stem: string) => Math.log((1 + tickets.length) / (frequency.get(stem) ?? 1)) + 0.1;
  return tickets.map((ticket, index) => {
    const own = stems[index] ?? new Set<string>();
    return {
      ticket,
      key: `${ticket.system}/${ticket.id}`,
      names: namesOf(ticket),
      references: referencesOf(ticket),
      sites: sitesOf(ticket),
      hosts: new Set(matchesIn(ticket, HOST).map((host) => host.toLowerCase())),
      topics: topicsOf(own),
      words: unit(own, rarity),
      ...spanOf(ticket),
    };
  });
}

function stemsOf(ticket: Ticket): ReadonlySet<string> {
  const text = textOf(ticket).replace(CMS_SITE, " ").replace(HOST, " ").toLowerCase();
  const words = text.match(WORD) ?? [];
  return new Set(
    words.filter((word) => !STOP.has(word) && !/^\d+$/.test(word)).map((word) => porterStemmer.stem(word)),
  );
}

function textOf(ticket: Ticket): string {
  const { feName = "", seName = "", area = "" } = ticket.fields;
  return `${ticket.subject}\n${feName}\n${seName}\n${area}\n${ticket.description}`.slice(0, MAX_TEXT);
}

function matchesIn(ticket: Ticket, pattern: RegExp): readonly string[] {
  return textOf(ticket).match(pattern) ?? [];
}

function sitesOf(ticket: Ticket): ReadonlySet<string> {
  const named = [ticket.cmsSite, ticket.site].flatMap((site) => site?.split(/,\s*/) ?? []);
  const own = named.length > 0 ? named : (ticket.subject.match(CMS_SITE) ?? []);
  return new Set(ticket.system === "ssb" ? [...own, ...CERN] : own);
}

function spanOf(ticket: Ticket): { from: number | null; to: number | null } {
  const from = (ticket.startsAt ?? ticket.createdAt ?? ticket.updatedAt)?.getTime() ?? null;
  return { from, to: ticket.endsAt === null || from === null ? from : Math.max(from, ticket.endsAt.getTime()) };
}

function unit(stems: ReadonlySet<string>, weightOf: (stem: string) => number): ReadonlyMap<string, number> {
  const weights = [...stems].map((stem) => [stem, weightOf(stem)] as const);
  const length = Math.sqrt(weights.reduce((sum, [, weight]) => sum + weight * weight, 0)) || 1;
  return new Map(weights.map(([stem, weight]) => [stem, weight / length]));
}
