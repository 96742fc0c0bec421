import { TextDecoder } from "node:util";
import { UserError } from "../alert/user-error.ts";

const NEWLINE = 0x0a;
const SNIFFED = 1024;
const STRICT_UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const WESTERN = new TextDecoder("windows-1252");

/** Longest line (bytes) that is read; a longer one is not an export but an attack or an accident. */
export const MAX_LINE_BYTES = 8 * 1024 * 1024;

/**
 * Text of a byte stream in blocks that end with a newline (the last one perhaps not). The encoding is that of the byte
 * order mark, else the one an XML declaration names, else UTF-8; lines that are not valid UTF-8 are read as windows-1252.
 * @param where file or address, for errors
 * @throws UserError for an unknown encoding or a line over 8 MB.
 */
export async function* decodeText(bytes: AsyncIterable<Uint8Array>, where: string): AsyncGenerator<string> {
  const whole = joinFirst(bytes);
  const first = await whole.next();
  if (first.done === true) {
    return;
  }
  const label = findEncoding(first.value);
  const all = (async function* () {
    yield first.value;
    yield* whole;
  })();
  yield* label === "utf-8" ? decodeLines(all, where) : decodeDeclared(all, label, where);
}

/** Re-chunks so that the first chunk has at least what is needed to see the encoding, when there is so much. */
async function* joinFirst(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let head: Buffer | null = Buffer.alloc(0);
  for await (const chunk of bytes) {
    if (head === null) {
      yield asBuffer(chunk);
      continue;
    }
    head = Buffer.concat([head, chunk]);
    if (head.length >= SNIFFED) {
      yield head;
      head = null;
    }
  }
  if (head !== null && head.length > 0) {
    yield head;
  }
}

function asBuffer(chunk: Uint8Array): Buffer {
  return Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

function findEncoding(head: Buffer): string {
  if (head[0] === 0xff && head[1] === 0xfe) {
    return "utf-16le";
  }
  if (head[0] === 0xfe && head[1] === 0xff) {
    return "utf-16be";
  }
  const declared = /^(?:ï»¿)?\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']/.exec(
    head.subarray(0, SNIFFED).toString("latin1"),
  )?.[1];
  return declared === undefined || /^utf-?8$/i.test(declared) ? "utf-8" : declared.toLowerCase();
}

async function* decodeDeclared(bytes: AsyncIterable<Buffer>, label: string, where: string): AsyncGenerator<string> {
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(label);
  } catch (error) {
    throw new UserError(`is declared to be in the encoding "${label}", which is unknown`, where, "export it as UTF-8", {
      cause: error,
    });
  }
  for await (const chunk of bytes) {
    const text = decoder.decode(chunk, { stream: true });
    if (text !== "") {
      yield text;
    }
  }
  const rest = decoder.decode();
  if (rest !== "") {
    yield rest;
  }
}

async function* decodeLines(bytes: AsyncIterable<Buffer>, where: string): AsyncGenerator<string> {
  let carried: Buffer[] = [];
  let carriedBytes = 0;
  let isFirst = true;
  const decode = (block: Buffer) => {
    const text = decodeBlock(block);
    const clean = isFirst ? text.replace(/^\uFEFF/, "") : text;
    isFirst = false;
    return clean;
  };
  for await (const chunk of bytes) {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end > 0) {
      yield decode(Buffer.concat([...carried, chunk.subarray(0, end)]));
      carried = [];
      carriedBytes = 0;
    }
    const rest = chunk.subarray(end);
    carried.push(rest);
    carriedBytes += rest.length;
    if (carriedBytes > MAX_LINE_BYTES) {
      throw new UserError("has a line of more than 8 MB", where, "is this the right file?");
    }
  }
  if (carriedBytes > 0) {
    yield decode(Buffer.concat(carried));
  }
}

function decodeBlock(block: Buffer): string {
  const text = decodeUtf8(block);
  if (text !== null) {
    return text;
  }
  const lines: string[] = [];
  for (let start = 0; start < block.length; ) {
    const at = block.indexOf(NEWLINE, start);
    const end = at < 0 ? block.length : at + 1;
    const line = block.subarray(start, end);
    lines.push(decodeUtf8(line) ?? WESTERN.decode(line));
    start = end;
  }
  return lines.join("");
}

function decodeUtf8(bytes: Buffer): string | null {
  try {
    return STRICT_UTF8.decode(bytes);
  } catch {
    return null;
  }
}
