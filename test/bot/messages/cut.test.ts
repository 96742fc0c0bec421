import fc from "fast-check";
import { expect, test } from "vitest";
import { cutMarkdown, link, plain } from "../../../src/bot/messages/payload.ts";
import { stem } from "../../../src/intelligence/text/words.ts";

test("markdown is never cut inside an entity, a link or a character", () => {
  const piece = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 8 }).map(plain),
    fc.constantFrom("&amp;", "&lt;", "&gt;", "<@U1>", link("https://example.org/a", "a | b"), "😀"),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.integer({ min: 2, max: 60 }), (pieces, max) => {
      const shown = cutMarkdown(pieces.join(""), max);
      expect(shown.length).toBeLessThanOrEqual(max);
      expect(shown.replace(/&(amp|lt|gt);/g, "").replace(/<[^<>]*>/g, "")).not.toMatch(/[&<>]/);
      expect(shown.isWellFormed()).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test("a word of 60,000 characters does not hold up the stemmer", () => {
  expect(stem("upgrades")).toBe("upgrad");
  expect(stem("x".repeat(60_000)).length).toBeLessThan(100);
});
