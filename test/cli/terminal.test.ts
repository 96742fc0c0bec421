import { expect, test } from "vitest";
import { oneLine } from "../../src/cli/table.ts";
import { safeForTerminal } from "../../src/cli/terminal.ts";

test("a terminal is not told to do anything by the text of others, and colours stay", () => {
  const evil = "a\u001b]0;title\u0007b\u009b31mc\u202ed\u2066e\u0000f";
  expect(safeForTerminal(evil)).toBe("a�]0;title�b�31mc�d�e�f");
  expect(oneLine(evil)).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  const ours = "\u001b[31mred\u001b[39m\u001b[2J\u001b[H\tcell\r\n";
  expect(safeForTerminal(ours)).toBe(ours);
});
