import { describe, expect, it } from "vitest";
import { configSchema } from "../../src/config/schema.ts";
import { karmaSchema } from "./karma-schema.ts";
import { readDeploy, readYaml } from "./support.ts";

const FILE = "karma/karma.yaml";
const severities = Object.entries(configSchema.parse({}).intelligence.severities)
  .sort(([, left], [, right]) => right - left)
  .map(([name]) => name);

describe("deploy/karma", () => {
  const karma = karmaSchema.parse(readYaml(FILE));

  it("has only keys and values that Karma's reference knows", () => {
    expect(karmaSchema.safeParse(readYaml(FILE)).error?.issues ?? []).toEqual([]);
  });

  it("is of the version of Karma that compose.yaml starts, at the port that it opens", () => {
    const { services } = readYaml<{ services: Record<string, { image: string; ports: readonly string[] }> }>(
      "compose.yaml",
    );
    expect(services["karma"]?.image).toMatch(/:v0\.121$/);
    expect(services["karma"]?.ports).toEqual([`127.0.0.1:8080:${karma.listen?.port}`]);
  });

  it("has one grid per tag, as CMS has it, and in it the worst severity first", () => {
    expect(karma.ui?.multiGridLabel).toBe("tag");
    expect(karma.grid?.sorting).toMatchObject({ order: "label", label: "severity", reverse: false });
    const ranks = karma.grid?.sorting.customValues?.labels["severity"] ?? {};
    const order = Object.keys(ranks).sort((left, right) => (ranks[left] ?? 0) - (ranks[right] ?? 0));
    expect([...order].sort()).toEqual([...severities].sort());
    expect(order.slice(0, 4)).toEqual(severities.slice(0, 4));
  });

  it("has a colour for every severity", () => {
    const colours = karma.labels?.color?.custom?.["severity"] ?? [];
    const isColoured = (severity: string) =>
      colours.some(
        ({ value, value_re }) => value === severity || new RegExp(`^(?:${value_re ?? "$^"})$`).test(severity),
      );
    expect(severities.filter((severity) => !isColoured(severity))).toEqual([]);
  });

  it.each([
    ["a slip in a key", (text: string) => text.replace("multiGridLabel", "multiGridLable")],
    ["a theme that there is not", (text: string) => text.replace("theme: auto", "theme: darkish")],
    ["a length without its unit", (text: string) => text.replace("interval: 30s", "interval: 30")],
    ["an expression that Go does not take", (text: string) => text.replace("(OTG\\d+)", "(?=OTG)")],
    ["a link to a group that is not there", (text: string) => text.replace("n=$1", "n=$2")],
  ])("would be found out: %s", async (_, spoil) => {
    const { parse } = await import("yaml");
    const text = readDeploy(FILE);
    expect(spoil(text)).not.toBe(text);
    expect(karmaSchema.safeParse(parse(spoil(text))).success).toBe(false);
  });
});
