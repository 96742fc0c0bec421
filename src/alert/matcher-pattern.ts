import { LRUCache } from "lru-cache";
import { RE2JS } from "re2js";

/** Thrown for text that is not a matcher; the message says what was expected and where. */
export class MatcherSyntaxError extends Error {
  override readonly name = "MatcherSyntaxError";
}

/** Name, operator and value of a matcher as they were read, before its pattern is compiled. */
export interface ReadMatcher {
  readonly name: string;
  readonly operator: MatcherOperator;
  readonly value: string;
}

export type MatcherOperator = "=" | "!=" | "=~" | "!~";

const MAX_COMPILED = 1000;
const MAX_QUOTED = 80;
/** A named group, or what may look like one inside: quoted text, an escape or a character class. */
const NAMED_GROUP = /\\Q[\s\S]*?(?:\\E|$)|\\[\s\S]|\[\^?\]?(?:\\[\s\S]|\[:\^?\w+:\]|[^\]\\])*\]|(\(\?P?<\w+>)/gu;
const compiledPatterns = new LRUCache<string, RE2JS>({ max: MAX_COMPILED });

/**
 * The pattern as Alertmanager compiles it: RE2, between `^(?:` and `)$`, where `.` is no line feed.
 * @throws MatcherSyntaxError
 */
export function compilePattern(pattern: string): RE2JS {
  const known = compiledPatterns.get(pattern);
  if (known !== undefined) {
    return known;
  }
  try {
    const accepted = withoutGroupNames(pattern);
    // Alone first: Alertmanager refuses a silence whose pattern is valid only between its brackets, such as `)|(`.
    RE2JS.compile(accepted);
    const compiled = RE2JS.compile(`^(?:${accepted})$`);
    compiledPatterns.set(pattern, compiled);
    return compiled;
  } catch (error) {
    throw new MatcherSyntaxError(`"${shortened(pattern)}" is not a valid RE2 pattern: ${(error as Error).message}`);
  }
}

/** Go accepts a group name twice, RE2JS does not, and a matcher has no use for them. */
function withoutGroupNames(pattern: string): string {
  return pattern.replace(NAMED_GROUP, (token, named) => (named === undefined ? token : "("));
}

/** The text for a message: not longer than a line. */
export function shortened(text: string): string {
  return text.length > MAX_QUOTED ? `${[...text].slice(0, MAX_QUOTED).join("")}…` : text;
}
