import { Command } from "commander";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { FAMILIES } from "../../src/cli.ts";
import { cmswatch } from "./run.ts";

const context = {
  out: () => {},
  err: () => {},
  colour: false,
  log: pino({ level: "silent" }),
  environment: {},
  exit: () => {},
  serve: async () => {},
};

describe("families of commands", () => {
  it.each(FAMILIES.map(({ words, load }) => ({ words, load })))(
    "$words has these commands, no more",
    async ({ words, load }) => {
      const program = new Command();
      (await load())(program, context);
      expect(program.commands.map((command) => command.name())).toEqual(words);
    },
  );

  it("are loaded alone for their own words, and all for help and for a slip", async () => {
    expect((await cmswatch(["alerts", "--help"])).out).toMatch(/^Usage: cmswatch alerts/);
    const { out } = await cmswatch(["--help"]);
    expect(FAMILIES.flatMap(({ words }) => words).filter((word) => !out.includes(`  ${word}`))).toEqual([]);
    expect((await cmswatch(["silence"])).err).toContain("(Did you mean silences?)");
  });
});
