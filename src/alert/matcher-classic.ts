import { type MatcherOperator, MatcherSyntaxError, type ReadMatcher, shortened } from "./matcher-pattern.ts";

const MATCHER = /^[\t\n\f\r ]*([a-zA-Z_:][a-zA-Z0-9_:]*)[\t\n\f\r ]*(=~|=|!=|!~)[\t\n\f\r ]*([\s\S]*)$/;
const TRAILING_SPACE = /[\t\n\f\r ]$/;

/**
 * One matcher in the classic notation, the only one before Alertmanager 0.27: quotes are optional, `\n`, `\"` and `\\`
 * are escapes, and any other backslash is itself, so `"node-\d+"` is the pattern `node-\d+`.
 * @throws MatcherSyntaxError
 */
export function readClassic(text: string): ReadMatcher {
  const [, name, operator, rest] = MATCHER.exec(text) ?? [];
  if (name === undefined || operator === undefined || rest === undefined) {
    throw new MatcherSyntaxError(
      `"${shortened(text.trim())}" is not a matcher: expected name="value" with =, !=, =~ or !~`,
    );
  }
  return { name, operator: operator as MatcherOperator, value: readValue(withoutTrailingSpace(rest)) };
}

/**
 * A comma-separated list. Commas within quotes belong to the value.
 * @throws MatcherSyntaxError
 */
export function readClassicList(text: string): readonly ReadMatcher[] {
  const tokens = splitAtCommas(text);
  if (tokens.at(-1)?.trim() === "") {
    tokens.pop();
  }
  return tokens.map(readClassic);
}

function splitAtCommas(text: string): string[] {
  const tokens: string[] = [];
  let from = 0;
  let quoted = false;
  let escaped = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === "," && !quoted) {
      tokens.push(text.slice(from, at));
      from = at + 1;
      continue;
    }
    if (character === '"' && !escaped) {
      quoted = !quoted;
    }
    escaped = character === "\\" && !escaped;
  }
  tokens.push(text.slice(from));
  return tokens;
}

function readValue(text: string): string {
  const quoted = text.startsWith('"');
  const raw = quoted ? text.slice(1) : text;
  const last = raw.length - 1;
  let value = "";
  let closed = !quoted;
  for (let at = 0; at <= last; at++) {
    const character = raw.charAt(at);
    if (character === "\\" && at < last) {
      at++;
      value += escapeOf(raw.charAt(at));
    } else if (character !== '"') {
      value += character;
    } else if (quoted && at === last) {
      closed = true;
    } else {
      throw new MatcherSyntaxError(`${shortened(text)} has an unescaped quote inside the value: write \\" instead`);
    }
  }
  if (!closed) {
    throw new MatcherSyntaxError(`${shortened(text)} has quotes that do not close`);
  }
  return value;
}

function escapeOf(character: string): string {
  if (character === "n") {
    return "\n";
  }
  return character === '"' || character === "\\" ? character : `\\${character}`;
}

/** A loop and not a pattern: one for spaces at the end takes quadratic time on a long run of them in the middle. */
function withoutTrailingSpace(text: string): string {
  let end = text.length;
  while (end > 0 && TRAILING_SPACE.test(text.charAt(end - 1))) {
    end--;
  }
  return text.slice(0, end);
}
