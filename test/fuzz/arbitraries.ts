import fc from "fast-check";

/** Cases per target: few with every change, many with `npm run test:faults`. */
const CASES = Number(process.env["FUZZ_CASES"] ?? 500);
const SEED = Number(process.env["FUZZ_SEED"] ?? 20_260_301);

/** Settings of every fuzz test; a failure prints the seed and the case, and `FUZZ_SEED` repeats a run. */
export const FUZZ = { numRuns: CASES, seed: SEED } as const;
/** More time for many cases. */
export const FUZZ_TIMEOUT = 30_000 + CASES * 60;

const POISON: readonly unknown[] = [
  ...[
    null,
    true,
    0,
    -1,
    1.5,
    1e308,
    2 ** 31,
    2 ** 53,
    "",
    " ",
    "constructor",
    "__proto__",
    "\u0000",
    "\ud800",
    "'; --",
  ],
  ...[
    "x".repeat(5_000),
    [],
    {},
    [[]],
    JSON.parse('{"__proto__":{"a":1}}'),
    { toString: 1 },
    "2026-02-30T99:00:00Z",
    "NaN",
  ],
  JSON.parse(`${"[".repeat(150)}${"]".repeat(150)}`),
];
const TEXT_POISON = [
  '"',
  "'",
  "{",
  "}",
  "[",
  "]",
  "\\",
  "\n",
  "\u0000",
  "\u2028",
  "&",
  "*",
  "?",
  "%",
  "#",
  ":",
  "- ",
  "!!",
  "é",
  "😀",
];

/** What JSON can hold, and what stumbles over it. */
export const poison: fc.Arbitrary<unknown> = fc.oneof(fc.constantFrom(...POISON), fc.jsonValue({ maxDepth: 3 }));

/** A value with one to three of its parts replaced, removed or doubled. */
export function changed(value: unknown): fc.Arbitrary<unknown> {
  return fc
    .array(fc.tuple(fc.nat(10_000), poison, fc.nat(2)), { minLength: 0, maxLength: 3 })
    .map((changes) => changes.reduce<unknown>((whole, [at, bad, how]) => changeOne(whole, at, bad, how), value));
}

function changeOne(whole: unknown, at: number, bad: unknown, how: number): unknown {
  const copy: unknown = structuredClone(whole);
  const places: { readonly holder: Record<string, unknown>; readonly key: string }[] = [];
  const visit = (holder: unknown): void => {
    if (typeof holder === "object" && holder !== null && places.length < 1_000) {
      for (const key of Object.keys(holder)) {
        places.push({ holder: holder as Record<string, unknown>, key });
        visit((holder as Record<string, unknown>)[key]);
      }
    }
  };
  visit(copy);
  const place = places[at % (places.length + 1)];
  if (place === undefined) {
    return bad;
  }
  if (how === 0 && !Array.isArray(place.holder)) {
    delete place.holder[place.key];
  } else if (how === 1 && !Array.isArray(place.holder)) {
    place.holder[`${place.key}x`] = bad;
  } else {
    place.holder[place.key] = bad;
  }
  return copy;
}

/** A text with pieces cut out, doubled or replaced. */
export function damagedText(text: string): fc.Arbitrary<string> {
  const piece = fc.oneof(fc.constantFrom(...TEXT_POISON), fc.string({ maxLength: 20 }));
  return fc
    .array(fc.tuple(fc.nat(text.length), fc.nat(30), piece), { maxLength: 5 })
    .map((cuts) =>
      cuts.reduce((whole, [at, length, insert]) => whole.slice(0, at) + insert + whole.slice(at + length), text),
    );
}

/** Bytes with some of them changed, and perhaps without their end. */
export function damagedBytes(bytes: Uint8Array): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(
      fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 })), { maxLength: 4 }),
      fc.nat(bytes.length),
    )
    .map(([changes, cutAt]) => {
      const copy = Uint8Array.from(bytes);
      for (const [at, change] of changes) {
        copy[at] = (copy[at] ?? 0) ^ change;
      }
      return cutAt % 3 === 0 ? copy.subarray(0, cutAt) : copy;
    });
}
