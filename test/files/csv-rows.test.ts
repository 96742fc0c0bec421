import { Readable } from "node:stream";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csvRows } from "../../src/files/csv-rows.ts";

/** All rows of a text that comes in pieces of these lengths, over and over. */
async function rowsOf(text: string, lengths: readonly number[] = [1 << 16], longest = 1000): Promise<string[][]> {
  const bytes = Buffer.from(text);
  const pieces: Buffer[] = [];
  for (let from = 0, at = 0; from < bytes.length; at++) {
    const length = lengths[at % lengths.length] as number;
    pieces.push(bytes.subarray(from, from + length));
    from += length;
  }
  const found: string[][] = [];
  for await (const rows of csvRows(Readable.from(pieces), "here.csv", longest)) {
    found.push(...rows);
  }
  return found;
}

const cell = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.integer().map(String),
  fc.constantFrom('"', "é,\n", "a\r\nb", " "),
);
const quoted = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

describe("csvRows", () => {
  it("gives what csv-parse gives, however the bytes are cut", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }),
        fc.constantFrom("\n", "\r\n"),
        fc.boolean(),
        async (table, lengths, lineEnd, endsWithLine) => {
          const text = table.map((row) => row.map(quoted).join(",")).join(lineEnd) + (endsWithLine ? lineEnd : "");
          const options = { relax_column_count: true, skip_empty_lines: true, record_delimiter: lineEnd };
          expect(await rowsOf(text, lengths)).toEqual(parse(text, options));
        },
      ),
      { numRuns: 200 },
    );
  });

  it("takes a byte order mark, empty lines, other lengths of rows and the line ends of old machines", async () => {
    expect(await rowsOf("\uFEFFa,b\n\n1\n2,3,4\n")).toEqual([["a", "b"], ["1"], ["2", "3", "4"]]);
    expect(await rowsOf("a,b\r1,2\r")).toEqual([
      ["a", "b"],
      ["1", "2"],
    ]);
    expect(await rowsOf("")).toEqual([]);
  });

  it("ends at a record without end, and at quotes that do not fit, with an error", async () => {
    await expect(rowsOf(`a,b\n"${"x".repeat(2000)}`, [100])).rejects.toThrow(/here.csv.*longer than 1000 characters/s);
    await expect(rowsOf('a,b\n1,x"y"\n')).rejects.toThrow(/Quote/i);
    await expect(rowsOf('a,b\n"1,2\n')).rejects.toThrow(/Quote/i);
  });
});
