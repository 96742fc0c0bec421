import { Readable } from "node:stream";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { histogramsOf, newNotes } from "../../src/dqm/files/histogram-files.ts";
import { textLines } from "../../src/files/text-lines.ts";
import { readTransfers } from "../../src/transfers/files/transfer-file.ts";
import { RAW } from "../transfers/model/samples.ts";

const MEGABYTES = 5;
/** What may have been read and not been asked for yet: a few blocks, whatever the length of the file. */
const MOST_AHEAD = 1_000_000;

/** A stream of so many megabytes of one piece of text, which counts what was taken from it. */
function endless(piece: string, { before = "", after = "" } = {}, megabytes = MEGABYTES) {
  const block = piece.repeat(Math.ceil((1 << 16) / piece.length));
  const made = { bytes: 0, stream: Readable.from([]) };
  made.stream = Readable.from(
    (function* () {
      yield Buffer.from(before);
      while (made.bytes < 1e6 * megabytes) {
        made.bytes += block.length;
        yield Buffer.from(block);
      }
      yield Buffer.from(after);
    })(),
    { highWaterMark: 1 },
  );
  return made;
}

/** Reads to the end. @returns how many there were, and how far reading was ahead of them at most */
async function readAll(made: { readonly bytes: number }, each: number, things: AsyncIterable<unknown>) {
  let count = 0;
  let ahead = 0;
  for await (const _ of things) {
    count++;
    ahead = Math.max(ahead, made.bytes - count * each);
  }
  return { count, ahead };
}

async function listOf<T>(things: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of things) {
    found.push(one);
  }
  return found;
}

describe("files of any size are read to the end, a few blocks at a time", () => {
  const event = `${JSON.stringify(RAW)}\n`;
  const columns = Array.from({ length: 20 }, (_, bin) => `bin_${bin}`).join(",");
  const counts = Array.from({ length: 20 }, (_, bin) => 10 * bin);
  const csvRow = `7,1,charge,${counts.join(",")}\n`;
  const object = JSON.stringify({ run: 7, lumi: 1, name: "charge", counts });

  it("transfers as NDJSON", async () => {
    const made = endless(event);
    const { count, ahead } = await readAll(made, event.length, readTransfers("-", made.stream));
    expect(count * event.length).toBe(made.bytes);
    expect(ahead).toBeLessThan(MOST_AHEAD);
  });

  it.each([
    ["CSV", "x.csv", csvRow, { before: `run,lumi,hname,${columns}\n` }],
    ["JSON lines", "x.jsonl", `${object}\n`, {}],
    ["one JSON array", "x.json", `${object},`, { before: "[", after: "{}]" }],
  ] as const)("histograms as %s", async (_, name, piece, around) => {
    const made = endless(piece, around);
    const found = histogramsOf(made.stream, name, { notes: newNotes() });
    const { count, ahead } = await readAll(made, piece.length, found);
    expect(count * piece.length).toBe(made.bytes);
    expect(ahead).toBeLessThan(MOST_AHEAD);
  });

  it("a line, a record or an object without end is refused before it fills the memory", async () => {
    const line = endless("x");
    const [first] = await listOf(readTransfers("-", line.stream));
    expect(first).toEqual({ line: 1, raw: null, problem: "longer than a million characters" });
    const record = endless("x", { before: `run,lumi,hname,${columns}\n"` }, 20);
    await expect(listOf(histogramsOf(record.stream, "x.csv", { notes: newNotes() }))).rejects.toThrow(
      /longer than 8000000/,
    );
    const json = endless("1,", { before: '{"counts": [' }, 20);
    await expect(listOf(histogramsOf(json.stream, "x.json", { notes: newNotes() }))).rejects.toThrow(
      /longer than 4000000/,
    );
    expect([record.bytes, json.bytes].every((bytes) => bytes < 10e6)).toBe(true);
  });
});

describe("textLines", () => {
  const streams: Readable[] = [];
  afterEach(() => streams.splice(0).forEach((stream) => void stream.destroy()));

  it("gives the lines of a text however its bytes are cut, and null for those that are too long", async () => {
    const text = fc.stringMatching(/^[aé\r\n]{0,40}$/);
    await fc.assert(
      fc.asyncProperty(
        text,
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 3, max: 9 }),
        async (all, size, longest) => {
          const bytes = Buffer.from(all);
          const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
            bytes.subarray(at * size, (at + 1) * size),
          );
          const stream = Readable.from(pieces);
          streams.push(stream);
          const found = (await listOf(textLines(stream, longest))).flat();
          const lines = all.split("\n");
          const wanted = lines.at(-1) === "" ? lines.slice(0, -1) : lines;
          expect(found).toEqual(wanted.map((line) => (line.length > longest ? null : line.replace(/\r$/, ""))));
        },
      ),
    );
  });
});
