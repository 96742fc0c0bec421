import { UserError } from "../../alert/user-error.ts";
import { refuseWebPage } from "../not-an-export.ts";

/** Longest element (characters) that is read. */
const MAX_ELEMENT = 8 * 1024 * 1024;
const MAX_DEPTH = 100;
const MAX_TAG = 10_000;
const MARKUP = [
  ["<!--", "-->"],
  ["<![CDATA[", "]]>"],
  ["<?", "?>"],
] as const;

/** A whole element as it stands in the text, or what is wrong with one that is not whole. */
export interface XmlElement {
  readonly text: string;
  /** Line on which it begins, from 1. */
  readonly line: number;
  readonly fault: "unclosed" | "cut off" | null;
}

/**
 * Cuts the elements of one name out of an XML document of any root, reading it in pieces: no more of it is held than one
 * element. Only tags, comments, CDATA and processing instructions are looked at; document types, with which entities
 * and outside files come, are refused.
 * @throws UserError for a document type, a web page, text that is no XML, or an element over 8 MB.
 */
export async function* cutElements(
  blocks: AsyncIterable<string>,
  name: string,
  where: string,
): AsyncGenerator<XmlElement> {
  const cutter = new ElementCutter(name, where);
  for await (const block of blocks) {
    yield* cutter.push(block);
  }
  yield* cutter.end();
}

class ElementCutter {
  readonly #name: string;
  readonly #where: string;
  #buffer = "";
  #at = 0;
  #line = 1;
  /** Where the open element begins in the buffer, -1 outside of one. */
  #start = -1;
  #startLine = 0;
  #open: string[] = [];
  #root: string | null = null;
  #found = 0;
  #strayText = false;

  constructor(name: string, where: string) {
    this.#name = name;
    this.#where = where;
  }

  *push(block: string): Generator<XmlElement> {
    this.#forget();
    this.#buffer += block;
    if (this.#root === null) {
      refuseWebPage(this.#buffer, this.#where);
    }
    for (let next = this.#next(); next !== null; next = this.#next()) {
      if (next !== "markup") {
        yield next;
      }
    }
    if (this.#buffer.length - Math.max(0, this.#start < 0 ? this.#at : this.#start) > MAX_ELEMENT) {
      throw new UserError(
        `has an element of more than 8 MB at line ${this.#line}`,
        this.#where,
        "is this the right file?",
      );
    }
  }

  *end(): Generator<XmlElement> {
    if (this.#root === null) {
      throw new UserError(
        this.#buffer.trim() === "" ? "is empty" : "is not XML",
        this.#where,
        "it must be a GGUS export in XML; fetch it again",
      );
    }
    const hasStray = this.#strayText || this.#buffer.slice(this.#at).trim() !== "";
    if (this.#start >= 0 || this.#open.length > 0) {
      const start = this.#start >= 0 ? this.#start : this.#at;
      yield {
        text: this.#buffer.slice(start),
        line: this.#start >= 0 ? this.#startLine : this.#line,
        fault: "cut off",
      };
    } else if (this.#found === 0 && (hasStray || !/tickets?/i.test(this.#root))) {
      throw new UserError(
        `has no <${this.#name}> in its <${this.#root}>`,
        this.#where,
        "an empty export is <tickets/>; this may be an error message",
      );
    }
  }

  /** Drops what has been read, except for the open element. */
  #forget(): void {
    const keep = this.#start >= 0 ? this.#start : this.#at;
    this.#buffer = this.#buffer.slice(keep);
    this.#at -= keep;
    this.#start = this.#start >= 0 ? 0 : -1;
  }

  /** Reads up to the end of the next tag or markup; null when the buffer holds no whole one. */
  #next(): XmlElement | "markup" | null {
    const opens = this.#buffer.indexOf("<", this.#at);
    if (opens < 0) {
      this.#readText(this.#buffer.length);
      return null;
    }
    this.#readText(opens);
    const markup = MARKUP.find(([start]) => this.#buffer.startsWith(start, opens));
    if (markup !== undefined) {
      const end = this.#buffer.indexOf(markup[1], opens + markup[0].length);
      return end < 0 ? null : this.#advance(end + markup[1].length);
    }
    if (this.#buffer.length - opens < "<![CDATA[".length && this.#buffer.startsWith("<!", opens)) {
      return null;
    }
    if (this.#buffer.startsWith("<!", opens)) {
      throw new UserError(
        `has a document type or entity declaration at line ${this.#line}`,
        this.#where,
        "entities are never expanded; a GGUS export has none",
      );
    }
    const end = findTagEnd(this.#buffer, opens);
    return end < 0 ? null : this.#readTag(opens, end);
  }

  #readText(end: number): void {
    if (this.#start < 0 && !this.#strayText && /\S/.test(this.#buffer.slice(this.#at, end))) {
      this.#strayText = true;
    }
    this.#advance(end);
  }

  #advance(end: number): "markup" {
    for (let at = this.#buffer.indexOf("\n", this.#at); at >= 0 && at < end; at = this.#buffer.indexOf("\n", at + 1)) {
      this.#line++;
    }
    this.#at = end;
    return "markup";
  }

  #readTag(opens: number, end: number): XmlElement | "markup" {
    const isClosing = this.#buffer[opens + 1] === "/";
    const isEmpty = this.#buffer[end - 1] === "/";
    const name =
      /^[^\s/>]{1,200}/.exec(this.#buffer.slice(opens + (isClosing ? 2 : 1), Math.min(end, opens + 210)))?.[0] ?? "";
    const line = this.#line;
    const result = isClosing ? this.#close(name, end + 1) : this.#enter(name, opens, line, isEmpty ? end + 1 : null);
    this.#advance(end + 1);
    return result ?? "markup";
  }

  #enter(name: string, opens: number, line: number, emptyEnd: number | null): XmlElement | null {
    this.#root ??= name;
    const unclosed =
      name === this.#name && this.#start >= 0
        ? ({ text: this.#buffer.slice(this.#start, opens), line: this.#startLine, fault: "unclosed" } as const)
        : null;
    if (unclosed !== null) {
      // An outer element may have ended meanwhile and taken it along.
      const index = this.#open.lastIndexOf(this.#name);
      this.#open.length = index >= 0 ? index : this.#open.length;
    }
    if (name === this.#name) {
      this.#found++;
    }
    if (emptyEnd === null) {
      this.#open.push(name);
      if (this.#open.length > MAX_DEPTH) {
        throw new UserError(
          `nests elements deeper than ${MAX_DEPTH} at line ${line}`,
          this.#where,
          "a GGUS export does not",
        );
      }
    }
    if (name === this.#name) {
      this.#start = emptyEnd === null ? opens : -1;
      this.#startLine = line;
    }
    return unclosed;
  }

  #close(name: string, end: number): XmlElement | null {
    const index = this.#open.lastIndexOf(name);
    if (index >= 0) {
      this.#open.length = index;
    }
    if (name !== this.#name || this.#start < 0) {
      return null;
    }
    const element = { text: this.#buffer.slice(this.#start, end), line: this.#startLine, fault: null } as const;
    this.#start = -1;
    return element;
  }
}

/** Index of the `>` that ends the tag, quoted attribute values skipped; -1 when it is not there yet. */
function findTagEnd(text: string, opens: number): number {
  const start = text.slice(opens, opens + MAX_TAG);
  const whole = /^<(?:[^"'<>]|"[^"]*"|'[^']*')*>/.exec(start);
  if (whole !== null) {
    return opens + whole[0].length - 1;
  }
  // A tag with a stray < or a quote that nobody closes ends at the first > there is.
  const isHopeless = start.length === MAX_TAG || start.indexOf("<", 1) >= 0;
  return isHopeless ? text.indexOf(">", opens) : -1;
}
