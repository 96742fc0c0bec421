import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UserError } from "../../src/alert/user-error.ts";
import type { Collection } from "../../src/tickets/collect.ts";
import { QuoteFixer, splitStrictly } from "../../src/tickets/ggus/quotes.ts";
import type { TicketFormat } from "../../src/tickets/system.ts";
import { parse, RUNS } from "./support.ts";

const CSV = 'Ticket-ID;Subject;Last Update;Status\n1;"a; "b" c";2021-03-04 05:06:07;assigned\n2;x;2021-03-04;on hold\n';
const XML =
  '<?xml version="1.0" encoding="utf-8"?><t><ticket><Ticket-ID>1</Ticket-ID><Subject>a &amp; <![CDATA[b]]></Subject></ticket><!-- c --><ticket><Ticket-ID>2</Ticket-ID></ticket></t>';
const HELPDESK = JSON.stringify([
  {
    id: 1,
    title: "x",
    priority_id: 1,
    state_id: 2,
    created_at: "2025-03-04T05:06:07Z",
    updated_at: "2025-03-04T05:06:07Z",
  },
]);
const SSB = JSON.stringify({
  results: [{ series: [{ columns: ["begin", "end", "ssb_number"], values: [[1_600_000_000_000, null, "OTG1"]] }] }],
});
const JIRA = JSON.stringify({
  issues: [{ key: "AB-1", fields: { summary: "x", status: { name: "Open" }, created: "2025-03-04T05:06:07Z" } }],
});

const TARGETS: readonly (readonly [string, TicketFormat, string])[] = [
  ["ggus", "csv", CSV],
  ["ggus", "xml", XML],
  ["helpdesk", "json", HELPDESK],
  ["ssb", "json", SSB],
  ["jira", "json", JIRA],
];

/** A text with pieces of it cut out, doubled, or replaced by what parsers stumble over. */
function damaged(seed: string): fc.Arbitrary<Uint8Array> {
  const poison = fc.oneof(
    fc.constantFrom(
      '"',
      ";",
      "\n",
      "\r",
      "\u0000",
      "<",
      ">",
      "&",
      "]]>",
      "<!--",
      "<!",
      "&#0;",
      "null",
      "{",
      "[",
      "1e999",
      "\uFEFF",
    ),
    fc.string({ unit: "binary", maxLength: 8 }),
    fc.constantFrom("<ticket>", "</ticket>", "__proto__", "2020-02-30", "é", "<!DOCTYPE x>"),
  );
  const wound = fc.tuple(fc.nat(seed.length), fc.nat(12), poison);
  return fc
    .tuple(
      fc.array(wound, { minLength: 1, maxLength: 6 }),
      fc.constantFrom<BufferEncoding>("utf8", "utf8", "latin1", "utf16le"),
    )
    .map(([wounds, encoding]) =>
      Buffer.from(
        wounds.reduce(
          (text, [at, length, replacement]) => text.slice(0, at) + replacement + text.slice(at + length),
          seed,
        ),
        encoding,
      ),
    );
}

function isSound({ tickets, problems, unreadable, isWhole }: Collection): boolean {
  const ids = tickets.map(({ id }) => id);
  return (
    new Set(ids).size === ids.length &&
    tickets.every(
      ({ id, createdAt, updatedAt, subject }) =>
        /^(?:[1-9]\d*|[A-Z]+\d+|[A-Z][A-Z0-9_]+-\d+)$/.test(id) &&
        !subject.includes("\u0000") &&
        [createdAt, updatedAt].every((time) => time === null || !Number.isNaN(time.getTime())),
    ) &&
    problems.every(({ reason, line, place }) => reason !== "" && (line !== null || place !== null)) &&
    (isWhole || problems.some(({ id, dropped }) => dropped && id === null)) &&
    [...unreadable].every((id) => id !== "")
  );
}

describe.each(TARGETS)("%s %s, fuzzed", (system, format, seed) => {
  it("gives good records and a report, or one clear error, and never anything else", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(damaged(seed), fc.uint8Array({ maxLength: 200 })),
        fc.integer({ min: 1, max: 300 }),
        async (bytes, size) => {
          const found = await parse(system, bytes, format, size).catch((error: unknown) => {
            expect(error).toBeInstanceOf(UserError);
            return null;
          });
          expect(found === null || isSound(found)).toBe(true);
        },
      ),
      { numRuns: RUNS },
    );
  });
});

describe("loosely quoted rows, fuzzed", () => {
  const cell = fc.string({ unit: fc.constantFrom("a", " ", '"', ";", ",", "é"), maxLength: 12 });
  const plain = cell.filter((text) => !text.includes('"') && !text.includes(";"));
  /** As GGUS writes it: wrapped when it holds the separator, quotes inside left as they are. */
  const loosely = (text: string) => (text.includes(";") ? `"${text}"` : text);
  const strictly = (text: string) => (/[;"\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const fixed = (line: string, columns: number) => {
    const fixer = new QuoteFixer(";", columns);
    return [...fixer.push(line), ...fixer.flush()].map((text) => splitStrictly(text, ";"));
  };

  it("come back whole when one cell is quoted loosely", () => {
    const words = fc.array(fc.constantFrom("read", 'says "no"', "failed", '"HOLD"', "a;b", ";"), {
      minLength: 1,
      maxLength: 6,
    });
    const subject = words.map((list) => `it ${list.join(" ")} here`);
    fc.assert(
      fc.property(plain, subject, plain, (before, text, after) => {
        expect(fixed([before, loosely(text), after].join(";"), 3)).toEqual([[before, text, after]]);
      }),
      { numRuns: RUNS },
    );
  });

  it("come back whole when all cells are quoted strictly", () => {
    fc.assert(
      fc.property(fc.array(cell, { minLength: 2, maxLength: 5 }), (cells) => {
        expect(fixed(cells.map(strictly).join(";"), cells.length)).toEqual([cells]);
      }),
      { numRuns: RUNS },
    );
  });

  it("always become rows that an ordinary parser can read", () => {
    fc.assert(
      fc.property(fc.array(cell, { maxLength: 6 }), fc.integer({ min: 1, max: 4 }), (lines, columns) => {
        const fixer = new QuoteFixer(";", columns);
        const rows = [...lines.flatMap((line) => fixer.push(line)), ...fixer.flush()];
        expect(rows.every((row) => splitStrictly(row, ";") !== null)).toBe(true);
        expect(rows.join("\n").split("\n")).toHaveLength(Math.max(1, lines.length));
      }),
      { numRuns: RUNS },
    );
  });
});
