import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Labels } from "../../src/alert/alert.ts";
import { fingerprint } from "../../src/alert/fingerprint.ts";

/** The same by the book: 64-bit FNV-1a with BigInt. */
function slowFingerprint(labels: Labels): string {
  const encoder = new TextEncoder();
  const pairs = Object.entries(labels)
    .filter(([, value]) => value !== "")
    .map(([name, value]) => [encoder.encode(name), encoder.encode(value)] as const)
    .sort(([left], [right]) => Buffer.compare(left, right));
  let hash = 0xcbf29ce484222325n;
  for (const byte of pairs.flatMap(([name, value]) => [...name, 0xff, ...value, 0xff])) {
    hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
  }
  return hash.toString(16).padStart(16, "0");
}

describe("fingerprint", () => {
  test("is the one that Alertmanager gives", () => {
    expect(fingerprint({ alertname: "x" })).toBe("d240efc3896bf266");
    expect(fingerprint({ "bad-name": "z" })).toBe("7659cc0d59624ea2");
  });

  test("of no labels is FNV's offset basis", () => {
    expect(fingerprint({})).toBe("cbf29ce484222325");
  });

  test("does not depend on the order of labels", () => {
    expect(fingerprint({ a: "1", b: "2" })).toBe(fingerprint({ b: "2", a: "1" }));
  });

  test("takes an empty label for a missing one", () => {
    expect(fingerprint({ a: "1", uuid: "" })).toBe(fingerprint({ a: "1" }));
  });

  test("orders names by their bytes, not by JavaScript's code units", () => {
    const labels = { "\u{1F600}": "1", "\uFF5E": "2" };
    expect(fingerprint(labels)).toBe(slowFingerprint(labels));
  });

  test("equals the slow computation for any label set", () => {
    const text = fc.string({ unit: "binary", maxLength: 8 });
    fc.assert(
      fc.property(fc.dictionary(text, text, { maxKeys: 4 }), (labels) => {
        expect(fingerprint(labels)).toBe(slowFingerprint(labels));
      }),
    );
  });
});
