import fc from "fast-check";
import { expect, test } from "vitest";
import { DurationSyntaxError, parseDuration } from "../../src/alert/duration.ts";
import { parseJson } from "../../src/alert/json.ts";
import { openSealedJson, SealError, sealJson } from "../../src/alert/sealed.ts";
import { decodeSavedModel, encodeSavedModel, SavedModelError } from "../../src/detect/saved-model.ts";

test("what is sealed opens as it was, and any change of one byte is noticed", () => {
  const sealed = sealJson({ a: [1, 2, { b: "ü\u2028" }], c: "}" });
  expect(openSealedJson(sealed)).toEqual({ a: [1, 2, { b: "ü\u2028" }], c: "}" });
  fc.assert(
    fc.property(fc.nat(sealed.length - 1), fc.integer({ min: 32, max: 126 }), (at, code) => {
      const changed = sealed.slice(0, at) + String.fromCharCode(code) + sealed.slice(at + 1);
      fc.pre(changed !== sealed);
      expect(() => openSealedJson(changed)).toThrow();
    }),
    { numRuns: 500 },
  );
  expect(() => openSealedJson('{"a":1}')).toThrow(SealError);
});

test("a saved model of which any byte was changed, or the end is missing, is refused", () => {
  const weights = new Uint8Array(Float64Array.from([1, 2, 3]).buffer);
  const bytes = encodeSavedModel({ detector: "pca", format: 1, metrics: ["cpu"], weights } as never);
  expect(decodeSavedModel(bytes)).toMatchObject({ detector: "pca", weights });
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const damaged = Uint8Array.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ change;
      // The mark of models of earlier versions is one bit away from this one's.
      fc.pre(at !== 3);
      expect(() => decodeSavedModel(damaged)).toThrow(SavedModelError);
      expect(() => decodeSavedModel(bytes.subarray(0, at))).toThrow(SavedModelError);
    }),
    { numRuns: 500 },
  );
});

test("JSON is bounded in depth, not by what stands in its texts", () => {
  const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
  expect(parseJson(nested(200))).toBeDefined();
  expect(() => parseJson(nested(8_000))).toThrow(/nested 8000 levels deep/);
  expect(parseJson(JSON.stringify(`\\"${nested(8_000)}`))).toBe(`\\"${nested(8_000)}`);
});

test("a duration is a year at most", () => {
  expect(parseDuration("52w")).toBe(52 * 7 * 86_400_000);
  for (const text of ["53w", "9".repeat(400).concat("d"), "1e9d"]) {
    expect(() => parseDuration(text)).toThrow(DurationSyntaxError);
  }
});
