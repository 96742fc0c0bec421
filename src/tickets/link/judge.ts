import type { Traits } from "./traits.ts";

/** How sure it is that two tickets are about the same thing, and why. */
export interface Judgement {
  /** 0 to 1. */
  readonly score: number;
  readonly reasons: readonly string[];
}

const HOUR = 3_600_000;
/** Farther apart in time, two tickets are linked only when one names the other. */
export const LONGEST_GAP = 24 * HOUR;
const HALF_SURE_AFTER = 12 * HOUR;
const WEIGHTS = { site: 0.35, topic: 0.25, host: 0.5, text: 0.6 };
const CLEAR_SIMILARITY = 0.3;
/** Two notices of the status board are two things, unless they say nearly the same. */
const SAME_NOTICE = 0.6;

/** Judges two tickets by site, host, topic, words and time. References are judged apart. */
export function judge(left: Traits, right: Traits): Judgement {
  const gap = gapBetween(left, right);
  const sites = common(left.sites, right.sites);
  const areApart = left.sites.size > 0 && right.sites.size > 0 && sites.length === 0;
  if (gap > LONGEST_GAP || areApart) {
    return { score: 0, reasons: [] };
  }
  const similarity = cosine(left.words, right.words);
  if (left.ticket.system === "ssb" && right.ticket.system === "ssb" && similarity < SAME_NOTICE) {
    return { score: 0, reasons: [] };
  }
  const hosts = common(left.hosts, right.hosts);
  const topics = common(left.topics, right.topics);
  const evidence: readonly (readonly [number, string | null])[] = [
    [sites.length > 0 ? WEIGHTS.site : 0, sites.length > 0 ? `same site ${sites[0]}` : null],
    [hosts.length > 0 ? WEIGHTS.host : 0, hosts.length > 0 ? `same host ${hosts[0]}` : null],
    [topics.length > 0 ? WEIGHTS.topic : 0, topics.length > 0 ? `both about ${topics.join(", ")}` : null],
    [WEIGHTS.text * similarity, similarity >= CLEAR_SIMILARITY ? "similar words" : null],
  ];
  const sum = evidence.reduce((total, [weight]) => total + weight, 0);
  const reasons = evidence.flatMap(([, reason]) => reason ?? []);
  const score = Math.min(1, sum) * Math.exp(-gap / HALF_SURE_AFTER);
  return { score, reasons: [...reasons, gap === 0 ? "at the same time" : `${formatHours(gap)} apart`] };
}

/** Milliseconds between two spans of time, 0 when they touch; half a day where one is not known. */
function gapBetween(left: Traits, right: Traits): number {
  if (left.from === null || left.to === null || right.from === null || right.to === null) {
    return HALF_SURE_AFTER;
  }
  return Math.max(0, left.from - right.to, right.from - left.to);
}

function cosine(left: ReadonlyMap<string, number>, right: ReadonlyMap<string, number>): number {
  const [small, large] = left.size <= right.size ? [left, right] : [right, left];
  let sum = 0;
  for (const [word, weight] of small) {
    sum += weight * (large.get(word) ?? 0);
  }
  return sum;
}

function common(left: ReadonlySet<string>, right: ReadonlySet<string>): readonly string[] {
  const [small, large] = left.size <= right.size ? [left, right] : [right, left];
  return small.size === 0 ? [] : [...small].filter((value) => large.has(value));
}

function formatHours(milliseconds: number): string {
  const minutes = Math.round(milliseconds / 60_000);
  return minutes < 60 ? `${minutes} min` : `${Math.round(minutes / 6) / 10} h`;
}
