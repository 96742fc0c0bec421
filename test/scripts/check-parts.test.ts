import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkParts, unreadParts } from "../../scripts/check-parts.ts";
import { checkPromises, thrownAway } from "../../scripts/check-promises.ts";

const ROOT = join(import.meta.dirname, "../..");
const PARTS = "export interface BotParts { readonly store: string; readonly onClosed: () => void }";

describe("parts that are handed in", () => {
  it("and never read are found, wherever they are handed on", () => {
    const reader = `${PARTS} export function create({ store }: BotParts) { return store; }`;
    expect(unreadParts([["src/a.ts", reader]])).toEqual(["src/a.ts: BotParts.onClosed is handed in and never read"]);
    const other = 'import type { BotParts } from "./a.ts"; export const call = (parts: BotParts) => parts.onClosed();';
    expect(
      unreadParts([
        ["src/a.ts", reader],
        ["src/b.ts", other],
      ]),
    ).toEqual([]);
  });

  it("are all read in src/", () => {
    expect(checkParts(ROOT)).toEqual([]);
  });
});

describe("promises", () => {
  it("that are thrown away by void are found; void as the value of a function is not one", () => {
    expect(thrownAway("src/a.ts", "function f() {\n  void send();\n}")).toEqual([
      expect.stringMatching(/^src\/a.ts:2: /),
    ]);
    expect(thrownAway("src/a.ts", "const f = () => void seen.push(1); await send();")).toEqual([]);
  });

  it("are all kept in src/", () => {
    expect(checkPromises(ROOT)).toEqual([]);
  });
});
