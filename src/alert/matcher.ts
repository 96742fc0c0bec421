import { type Labels, labelOf } from "./alert.ts";
import { readClassic, readClassicList } from "./matcher-classic.ts";
import { compilePattern, MatcherSyntaxError, type ReadMatcher, shortened } from "./matcher-pattern.ts";
import { readUtf8List } from "./matcher-utf8.ts";

export { MatcherSyntaxError } from "./matcher-pattern.ts";

/** One condition on a label, as in Alertmanager: `name = "v"`, `!=`, `=~`, `!~`. A missing label is the empty string. */
export interface Matcher {
  readonly name: string;
  readonly value: string;
  readonly isRegex: boolean;
  readonly isEqual: boolean;
}

const CLASSIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LONE_SURROGATE = /\p{Surrogate}/u;
const MAX_LENGTH = 10_000;

/** Shorthand for an equality matcher. */
export function equals(name: string, value: string): Matcher {
  return { name, value, isRegex: false, isEqual: true };
}

/**
 * Reads one matcher such as `service="dbs"`, `pod=~node-[a-z]{5}` or `"k8s.pod.name"="x"`, as Alertmanager and amtool do:
 * in the classic notation, else in the UTF-8 one. Where the two disagree the classic one holds, as in Alertmanager.
 * @throws MatcherSyntaxError
 */
export function parseMatcher(text: string): Matcher {
  checkText(text);
  return either(
    () => toMatcher(readClassic(text)),
    () => toMatcher(onlyOne(readUtf8List(refuseBraces(text)), text)),
    text,
  );
}

/**
 * Reads a comma-separated list, optionally in braces: `{service="dbs",severity!="info"}`. Braces count only as a pair, so
 * that `pod=~node-[a-z]{5}` keeps its last one (Alertmanager's own classic list loses it).
 * @throws MatcherSyntaxError
 */
export function parseMatchers(text: string): readonly Matcher[] {
  checkText(text);
  const trimmed = text.trim();
  const opens = trimmed.startsWith("{");
  if (opens && (trimmed.length === 1 || !trimmed.endsWith("}"))) {
    throw new MatcherSyntaxError(`"${shortened(trimmed)}" opens a brace and does not close it`);
  }
  const inner = opens ? trimmed.slice(1, -1) : trimmed;
  return either(
    () => readClassicList(inner).map(toMatcher),
    () => readUtf8List(inner).map(toMatcher),
    inner,
  );
}

/** The matcher in Alertmanager's notation, its value quoted: both notations read it as the same. */
export function formatMatcher(matcher: Matcher): string {
  const operator = `${matcher.isEqual ? "" : "!"}${matcher.isRegex ? "~" : "="}`;
  const name = CLASSIC_NAME.test(matcher.name) ? matcher.name : quote(matcher.name);
  return `${name}${operator === "~" ? "=~" : operator}${quote(matcher.value)}`;
}

/** True when the label set satisfies the matcher. Patterns are RE2 and match the whole value, in linear time. */
export function matches(matcher: Matcher, labels: Labels): boolean {
  const value = labelOf(labels, matcher.name);
  const hit = matcher.isRegex ? compilePattern(matcher.value).test(value) : value === matcher.value;
  return hit === matcher.isEqual;
}

/** True when the label set satisfies every matcher; no matchers match everything. */
export function matchesAll(matchers: readonly Matcher[], labels: Labels): boolean {
  return matchers.every((matcher) => matches(matcher, labels));
}

function checkText(text: string): void {
  if (text.length > MAX_LENGTH) {
    throw new MatcherSyntaxError(`matchers may have ${MAX_LENGTH} characters, and this has ${text.length}`);
  }
  if (LONE_SURROGATE.test(text)) {
    throw new MatcherSyntaxError("matchers must be valid Unicode, and this has half of a character");
  }
}

/** What the first reader says, else the second. The error is the one of the notation that the text seems to be in. */
function either<T>(classic: () => T, utf8: () => T, text: string): T {
  try {
    return classic();
  } catch (classicError) {
    try {
      return utf8();
    } catch (utf8Error) {
      throw text.trimStart().startsWith('"') ? utf8Error : classicError;
    }
  }
}

function refuseBraces(text: string): string {
  if (text.startsWith("{") || text.endsWith("}")) {
    throw new MatcherSyntaxError(`"${shortened(text)}" has a brace where one matcher is expected`);
  }
  return text;
}

function onlyOne(read: readonly ReadMatcher[], text: string): ReadMatcher {
  const [one, another] = read;
  if (one === undefined || another !== undefined) {
    throw new MatcherSyntaxError(`"${shortened(text)}" has ${read.length} matchers where one is expected`);
  }
  return one;
}

function toMatcher({ name, operator, value }: ReadMatcher): Matcher {
  if (name === "") {
    throw new MatcherSyntaxError("a matcher needs the name of a label");
  }
  const isRegex = operator.endsWith("~");
  if (isRegex) {
    compilePattern(value);
  }
  return { name, value, isRegex, isEqual: operator.startsWith("=") };
}

function quote(text: string): string {
  return `"${text.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n")}"`;
}
