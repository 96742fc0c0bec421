import { type MatcherOperator, MatcherSyntaxError, type ReadMatcher, shortened } from "./matcher-pattern.ts";

type Token =
  | { readonly kind: "{" | "}" | ","; readonly text: string }
  | { readonly kind: "operator"; readonly text: MatcherOperator }
  | { readonly kind: "word"; readonly text: string };

/** Go's unicode.IsSpace. */
const SPACE = "\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const TOKEN = new RegExp(
  `[${SPACE}]*(?:([{},])|(=~|=|!=|!~)|("(?:[^"\\\\]|\\\\[\\s\\S])*")|([^${SPACE}{}!=~,\\\\"'\`]+))`,
  "uy",
);
const REST = new RegExp(`[${SPACE}]*`, "uy");
const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|([\s\S]))/gu;
const SIMPLE_ESCAPES = new Map([
  ["a", "\x07"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["v", "\v"],
  ["\\", "\\"],
  ['"', '"'],
]);

/**
 * A list in the notation that Alertmanager has since 0.27, with or without braces: names may be any text when they are
 * quoted, and quoted text has the escapes of a string in Go.
 * @throws MatcherSyntaxError
 */
export function readUtf8List(text: string): readonly ReadMatcher[] {
  const tokens = scan(text);
  const braced = tokens[0]?.kind === "{";
  if (braced !== (tokens.at(-1)?.kind === "}") || (braced && tokens.length < 2)) {
    throw new MatcherSyntaxError(`"${shortened(text)}" opens or closes a brace alone`);
  }
  const inner = braced ? tokens.slice(1, -1) : tokens;
  const matchers: ReadMatcher[] = [];
  for (let at = 0; at < inner.length; at += 4) {
    matchers.push(readOne(inner.slice(at, at + 3), text));
    const comma = inner[at + 3];
    if (comma !== undefined && comma.kind !== ",") {
      throw new MatcherSyntaxError(`"${shortened(text)}" needs a comma before ${shortened(comma.text)}`);
    }
  }
  return matchers;
}

function readOne([name, operator, value]: readonly Token[], text: string): ReadMatcher {
  if (name?.kind !== "word" || operator?.kind !== "operator" || value?.kind !== "word") {
    throw new MatcherSyntaxError(`"${shortened(text)}" is not a matcher: expected name="value" with =, !=, =~ or !~`);
  }
  return { name: unquote(name.text), operator: operator.text, value: unquote(value.text) };
}

function scan(text: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; ; at = TOKEN.lastIndex) {
    REST.lastIndex = at;
    REST.test(text);
    if (REST.lastIndex === text.length) {
      return tokens;
    }
    TOKEN.lastIndex = at;
    const [, mark, operator, quoted, word] = TOKEN.exec(text) ?? [];
    if (mark !== undefined) {
      tokens.push({ kind: mark as "{", text: mark });
    } else if (operator !== undefined) {
      tokens.push({ kind: "operator", text: operator as MatcherOperator });
    } else if (quoted !== undefined || word !== undefined) {
      tokens.push({ kind: "word", text: quoted ?? word ?? "" });
    } else {
      throw new MatcherSyntaxError(
        `"${shortened(text.slice(REST.lastIndex))}" at position ${REST.lastIndex + 1} is not expected: quote the value`,
      );
    }
  }
}

/** As Go's strconv.Unquote. Bytes that are no UTF-8 are refused: a silence cannot hold them. */
function unquote(token: string): string {
  if (!token.startsWith('"')) {
    return token;
  }
  const inner = token.slice(1, -1);
  if (inner.includes("\n")) {
    throw new MatcherSyntaxError(`${shortened(token)} has a line feed inside quotes: write \\n`);
  }
  const bytes: Buffer[] = [];
  let from = 0;
  for (const match of inner.matchAll(ESCAPE)) {
    bytes.push(Buffer.from(inner.slice(from, match.index)), escapedBytes(match, token));
    from = match.index + match[0].length;
  }
  bytes.push(Buffer.from(inner.slice(from)));
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.concat(bytes));
  } catch {
    throw new MatcherSyntaxError(`${shortened(token)} is not UTF-8`);
  }
}

function escapedBytes([whole, hex, short, long, octal, simple]: RegExpMatchArray, token: string): Buffer {
  if (hex !== undefined) {
    return Buffer.of(Number.parseInt(hex, 16));
  }
  if (octal !== undefined && Number.parseInt(octal, 8) <= 255) {
    return Buffer.of(Number.parseInt(octal, 8));
  }
  const point = Number.parseInt(short ?? long ?? "", 16);
  if (point <= 0x10ffff && (point < 0xd800 || point > 0xdfff)) {
    return Buffer.from(String.fromCodePoint(point));
  }
  const known = SIMPLE_ESCAPES.get(simple ?? "");
  if (known === undefined) {
    throw new MatcherSyntaxError(`${shortened(token)} has the unknown escape ${whole}: write \\\\ for a backslash`);
  }
  return Buffer.from(known);
}
