import { describe, expect, it } from "vitest";
import { createPhraseFinder } from "../../../src/intelligence/text/phrases.ts";
import { words } from "../../../src/intelligence/text/words.ts";

const finder = createPhraseFinder({ urgent: "high", "less urgent": "medium", down: "urgent", upgrade: "warning" });

describe("a phrase finder", () => {
  it("prefers the longest phrase, so that `less urgent` is not `urgent`", () => {
    expect(finder.findAll("less urgent").map((hit) => hit.value)).toEqual(["medium"]);
  });

  it("matches whole words only: a countdown is not down", () => {
    expect(finder.find("Countdown to the upgrading of shutdowns")?.phrase).toBe("upgrade");
  });

  it.each(["UPGRADES", "upgraded", "Upgrading"])("does not mind case and inflection: %s", (text) => {
    expect(finder.find(text)?.value).toBe("warning");
  });

  it("finds a shorter phrase beside a longer one", () => {
    expect(finder.findAll("less urgent, now urgent").map((hit) => hit.at)).toEqual([0, 3]);
  });

  it("finds nothing in an empty text, and never an empty phrase", () => {
    expect(createPhraseFinder({ "": 1, "--": 2 }).find("anything -- at all")).toBeNull();
    expect(finder.find("")).toBeNull();
  });
});

describe("words", () => {
  it("takes names apart as people read them", () => {
    expect(words("KubernetesNodeReady DBServer_is-down T2_CH_CERN")).toEqual([
      "kubernetes",
      "node",
      "ready",
      "db",
      "server",
      "is",
      "down",
      "t2",
      "ch",
      "cern",
    ]);
  });
});
