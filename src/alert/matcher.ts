import { RE2JS } from "re2js";
import type { Labels } from "./alert.ts";

/** One condition on a label, as in Alertmanager: `name = "v"`, `!=`, `=~`, `!~`. A missing label is the empty string. */
export interface Matcher {
  readonly name: string;
  readonly value: string;
  readonly isRegex: boolean;
  readonly isEqual: boolean;
}

/** Thrown for text that is not a matcher; the message says what was expected and where. */
export class MatcherSyntaxError extends Error {
  override readonly name = "MatcherSyntaxError";
}

const OPERATORS = [
  ["=~", true, true],
  ["!~", true, false],
  ["!=", false, false],
  ["=", false, true],
] as const;
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const MAX_COMPILED = 1000;
const compiledPatterns = new Map<string, RE2JS>();

/** Shorthand for an equality matcher. */
export function equals(name: string, value: string): Matcher {
  return { name, value, isRegex: false, isEqual: true };
}

/**
 * Reads one matcher such as `service="dbs"` or `alertname=~"ggus-.*"`; quotes are optional.
 * @throws MatcherSyntaxError for a missing operator, a bad label name, open quotes or a bad pattern.
 */
export function parseMatcher(text: string): Matcher {
  const trimmed = text.trim();
  const at = trimmed.search(/[=!]/);
  const operator = at < 0 ? undefined : OPERATORS.find(([symbol]) => trimmed.startsWith(symbol, at));
  if (operator === undefined) {
    throw new MatcherSyntaxError(`"${trimmed}" is not a matcher: expected name="value" with =, !=, =~ or !~`);
  }
  const [symbol, isRegex, isEqual] = operator;
  const name = trimmed.slice(0, at).trim();
  if (!LABEL_NAME.test(name)) {
    throw new MatcherSyntaxError(`"${name}" is not a label name (letters, digits and _, not starting with a digit)`);
  }
  const value = unquote(trimmed.slice(at + symbol.length).trim());
  if (isRegex) {
    compile(value);
  }
  return { name, value, isRegex, isEqual };
}

/** Reads a comma-separated list, optionally in braces: `{service="dbs",severity!="info"}`. */
export function parseMatchers(text: string): readonly Matcher[] {
  const inner = text.trim().replace(/^\{/, "").replace(/\}$/, "");
  const parts = inner.match(/(?:"(?:\\.|[^"\\])*"|[^,"])+|"/g) ?? [];
  return parts.filter((part) => part.trim() !== "").map(parseMatcher);
}

/** The matcher in Alertmanager's notation, its value quoted. */
export function formatMatcher(matcher: Matcher): string {
  const symbol =
    OPERATORS.find(([, regex, equal]) => regex === matcher.isRegex && equal === matcher.isEqual)?.[0] ?? "=";
  return `${matcher.name}${symbol}${JSON.stringify(matcher.value)}`;
}

/** True when the label set satisfies the matcher. Patterns are RE2 and match the whole value, in linear time. */
export function matches(matcher: Matcher, labels: Labels): boolean {
  const value = labels[matcher.name] ?? "";
  const hit = matcher.isRegex ? compile(matcher.value).matches(value) : value === matcher.value;
  return hit === matcher.isEqual;
}

/** True when the label set satisfies every matcher; no matchers match everything. */
export function matchesAll(matchers: readonly Matcher[], labels: Labels): boolean {
  return matchers.every((matcher) => matches(matcher, labels));
}

function compile(pattern: string): RE2JS {
  const known = compiledPatterns.get(pattern);
  if (known !== undefined) {
    return known;
  }
  try {
    const compiled = RE2JS.compile(pattern, RE2JS.DOTALL);
    if (compiledPatterns.size >= MAX_COMPILED) {
      compiledPatterns.clear();
    }
    compiledPatterns.set(pattern, compiled);
    return compiled;
  } catch (error) {
    throw new MatcherSyntaxError(`"${pattern}" is not a valid RE2 pattern: ${(error as Error).message}`);
  }
}

function unquote(text: string): string {
  if (!text.startsWith('"')) {
    return text;
  }
  try {
    return JSON.parse(text) as string;
  } catch {
    throw new MatcherSyntaxError(`${text} has quotes that do not close or an escape that is unknown`);
  }
}
