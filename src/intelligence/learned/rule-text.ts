import { own } from "../../alert/own.ts";
import { words } from "../text/words.ts";

/** An alerting rule's words. */
export interface RuleText {
  readonly name: string;
  readonly description: string;
}

/** What the words of alerts hint at. Each family is a feature in the name and another in the description. */
const HINTS: Readonly<Record<string, RegExp>> = {
  down: /\b(down|dead|offline|not running|stopped|crash\w*|unreachable|not responding|unavailable|no longer)\b/,
  missing: /\b(missing|absent|disappeared|no data|lost|gone|vanished|without)\b/,
  fail: /\b(fail\w*|error\w*|broken|corrupt\w*|abort\w*|reject\w*|denied|invalid)\b/,
  soon: /\b(soon|will|predict\w*|in the next|within|about to|going to|days|4 days|24 hours)\b/,
  lag: /\b(lag\w*|delay\w*|behind|slow\w*|stale|out of sync|backlog|late)\b/,
  high: /\b(high|too many|too much|above|exceed\w*|over|increas\w*|spike|excessive|large|more than|greater)\b/,
  low: /\b(low|below|under|less than|fewer|few|insufficient|decreas\w*|drop\w*)\b/,
  expiry: /\b(expir\w*|certificate|renew\w*|license)\b/,
  restart: /\b(restart\w*|reboot\w*|oom|killed|flap\w*|crashloop\w*|loop\w*)\b/,
  full: /\b(full|out of|exhaust\w*|no space|left|saturat\w*|running out|fill\w*|disk space|almost)\b/,
  quorum: /\b(quorum|leader|split.brain|majority|cluster|replica\w*|primary|master|failover|election)\b/,
  unhealthy: /\b(unhealthy|degraded|not ready|not healthy|bad|problem\w*|issue\w*|inconsistent)\b/,
  health: /\b(status|state|health)\b/,
  latency: /\b(latency|response time|duration|time|seconds|p9\d|percentile|quantile)\b/,
  usage: /\b(usage|utilization|utilisation|load|cpu|memory|connections?|used)\b/,
  queue: /\b(queue\w*|pending|waiting|stuck|blocked|deadlock\w*|hung)\b/,
  security: /\b(unauthori\w*|attack|intrusion|vulnerab\w*|denied|policy|leak\w*|ban\w*)\b/,
  config: /\b(config\w*|reload|mismatch|version|misconfig\w*|deprecat\w*|upgrade)\b/,
  unusual: /\b(unusual|anomal\w*|unexpected|abnormal|possible|may|might|could|should|sign)\b/,
  information: /\b(info\w*|notice|maintenance|informational|has been|changed|underused|unused|under.?utili\w*)\b/,
  all: /\b(all|any|every|whole|entire|no|none|zero|0)\b/,
  rate: /\b(rate|per second|throughput|iops|bandwidth)\b/,
  temperature: /\b(temperature|overheat\w*|fan|power|voltage|battery|hardware|raid|disk)\b/,
};

const PERCENT = /(\d+(?:\.\d+)?)\s?%/;
const DURATION = /(\d+)\s*(s|sec|seconds?|m|min|minutes?|h|hours?|d|days?|weeks?)\b/;
const MINUTES: Readonly<Record<string, number>> = { s: 1 / 60, m: 1, h: 60, d: 1440, w: 10_080 };

/** The text without templates (`{{ $value }}`), which say nothing. */
export function cleanText(text: string): string {
  return text
    .replace(/\{\{[^}]*\}\}/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}

/** Words and pairs of neighbouring words, name and description together. */
export function wordPairs({ name, description }: RuleText): readonly string[] {
  return [name, description].flatMap((text) => {
    const list = words(cleanText(text));
    return [...list, ...list.slice(1).map((word, at) => `${list[at]} ${word}`)];
  });
}

const LETTER_BUCKETS = 8192;

/**
 * Runs of three to five letters, over the borders of words too, hashed (FNV-1a) into 8,192 buckets so that their number is
 * bounded; any number is 0.
 */
export function letterRuns({ name, description }: RuleText): readonly string[] {
  const text = ` ${cleanText(`${name} | ${description}`).toLowerCase().replace(/\d+/g, "0")} `;
  return [3, 4, 5].flatMap((length) =>
    Array.from({ length: Math.max(0, text.length - length + 1) }, (_, at) =>
      String(bucketOf(text.slice(at, at + length))),
    ),
  );
}

function bucketOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  }
  return hash % LETTER_BUCKETS;
}

/** Names of the hints that hold: `name:down`, `text:high`, `percent:high:90`, `for:long`. */
export function hintsOf(rule: RuleText): readonly string[] {
  const name = words(cleanText(rule.name)).join(" ");
  const text = cleanText(rule.description).toLowerCase();
  const families = Object.entries(HINTS).flatMap(([family, pattern]) => [
    ...(pattern.test(name) ? [`name:${family}`] : []),
    ...(pattern.test(text) ? [`text:${family}`] : []),
  ]);
  return [
    ...families,
    ...percentHints(text),
    ...durationHints(text),
    ...(/\bcritical\b/.test(name) ? ["name:critical"] : []),
    ...(/\bwarning\b/.test(name) ? ["name:warning"] : []),
  ];
}

function percentHints(text: string): readonly string[] {
  const found = PERCENT.exec(text);
  if (found === null) {
    return [];
  }
  const value = Number(found[1]);
  const direction = /(<|below|less|under|low|left|remaining|available)/.test(text) ? "low" : "high";
  const bucket =
    value <= 5 ? 5 : value <= 10 ? 10 : value <= 20 ? 20 : value <= 50 ? 50 : value <= 80 ? 80 : value <= 90 ? 90 : 100;
  return [`percent:${direction}`, `percent:${direction}:${bucket}`];
}

function durationHints(text: string): readonly string[] {
  const found = DURATION.exec(text);
  if (found === null) {
    return [];
  }
  const minutes = Number(found[1]) * (own(MINUTES, (found[2] ?? "m").charAt(0)) ?? 1);
  return [minutes < 2 ? "for:short" : minutes <= 15 ? "for:middle" : minutes <= 120 ? "for:long" : "for:days"];
}

/** Tokens that say which system a rule is about: name, its parts, its first words and how it begins again, and the description. */
export function categoryTokens(rule: RuleText): readonly string[] {
  const name = words(cleanText(rule.name));
  const whole = cleanText(rule.name).toLowerCase().split(/\s+/);
  const first = whole.slice(0, 2).map((word, at) => `first${at}:${word}`);
  const beginnings = [1, 2, 3].filter((count) => count <= whole.length).map((count) => whole.slice(0, count).join(" "));
  return [
    ...name,
    ...whole,
    ...first,
    ...first,
    ...[...beginnings, ...beginnings].map((start) => `begins:${start}`),
    `start:${name.slice(0, 2).join(" ")}`,
    ...words(cleanText(rule.description)),
  ];
}
