import { alertName, type Labels } from "../alert/alert.ts";
import { type Matcher, matches, matchesAll } from "../alert/matcher.ts";
import type { SilencePreview } from "../alert/silence.ts";
import type { AlertPast } from "./silence-types.ts";

const WEEK = 7 * 86_400_000;
const MAX_HISTORY = 50_000;
const EXAMPLES = 5;
/** More alerts than this at once are many. */
const MANY_NOW = 20;
/** A larger share of what fires is a lot, where more than a handful fires. */
const LARGE_SHARE = 0.5;
const HANDFUL = 5;
/** Labels that say what kind of alert it is, not what it is about. */
const GENERAL_LABELS = new Set(["severity", "tag", "env", "environment", "job", "prometheus", "monitor", "cluster"]);

/**
 * What a silence would hide now, and what it would have hidden in the last week.
 * @param firing labels of all alerts that are not resolved
 * @param past null where no history is kept
 */
export async function previewSilence(
  matchers: readonly Matcher[],
  firing: readonly Labels[],
  past: AlertPast | null,
  now: Date,
): Promise<SilencePreview> {
  const hits = firing.filter((labels) => matchesAll(matchers, labels));
  const changes = past === null ? [] : await past.since(new Date(now.getTime() - WEEK), MAX_HISTORY);
  const fired = changes.filter(({ state, labels }) => state === "firing" && matchesAll(matchers, labels));
  const names = [...hits, ...fired.map(({ labels }) => labels)].map((labels) => alertName({ labels }));
  return {
    now: hits.length,
    pastWeek: new Set(fired.map(({ fingerprint }) => fingerprint)).size,
    examples: [...new Set(names)].slice(0, EXAMPLES),
    warning: breadth(matchers, hits.length, firing.length),
    caveat: caveatOf(past, changes.length),
  };
}

/** Why a silence deserves a second look, or null. */
export function breadth(matchers: readonly Matcher[], hits: number, firing: number): string | null {
  const narrow = matchers.filter((matcher) => isNarrow(matcher));
  if (narrow.length === 0) {
    return "it has no matcher that says what it is about: it would hide almost everything";
  }
  if (narrow.every((matcher) => GENERAL_LABELS.has(matcher.name))) {
    return `it goes by ${narrow.map((matcher) => matcher.name).join(" and ")} alone: it would hide alerts of every service`;
  }
  if (hits > MANY_NOW) {
    return `it would hide ${hits} alerts now`;
  }
  return firing > HANDFUL && hits > LARGE_SHARE * firing
    ? `it would hide ${hits} of the ${firing} alerts that fire now`
    : null;
}

/** A matcher that asks for something: not a negation, not a pattern that fits anything. */
function isNarrow(matcher: Matcher): boolean {
  const anything = ["", "a", "Zz 09-_./:"];
  return matcher.isEqual && !anything.some((value) => matches(matcher, { [matcher.name]: value }) && matcher.isRegex);
}

function caveatOf(past: AlertPast | null, seen: number): string | null {
  if (past === null) {
    return "no history at hand: what it would have hidden in the past week is unknown";
  }
  return seen >= MAX_HISTORY ? `only the last ${MAX_HISTORY} changes of the week were counted` : null;
}
