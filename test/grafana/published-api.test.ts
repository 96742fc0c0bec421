import { describe, expect, it } from "vitest";
import { answerFault, requestFault } from "./published-api.ts";

const nothing = new URLSearchParams();

describe("Grafana's published description, as the stand-in keeps to it", () => {
  it("takes what the description allows", () => {
    const query = new URLSearchParams("from=1767225600000&to=1767229200000&tags=a&tags=b&type=annotation&limit=100");
    expect(requestFault("find", query, undefined)).toBeNull();
    const body = { dashboardUID: "x", time: 1767225600000, timeEnd: 1767225600000, text: "t", tags: ["a"] };
    expect(requestFault("create", nothing, body)).toBeNull();
    expect(answerFault("create", { id: 1, message: "Annotation added" })).toBeNull();
  });

  it.each([
    ["an unknown parameter", "find", "since=1", undefined, "there is no parameter since"],
    ["a parameter twice that is no list", "find", "from=1&from=2", undefined, "from is given 2 times"],
    ["a word for a number", "find", "limit=many", undefined, "limit cannot be many"],
    ["a kind of result that there is not", "search", "type=panel", undefined, "type cannot be panel"],
    ["a body without text", "create", "", { tags: [] }, "data must have required property 'text'"],
    ["seconds instead of milliseconds", "update", "", { time: 1767225600 }, "data/time must be >= 1000000000000"],
    ["an unknown field", "create", "", { text: "t", panel: 1 }, "data must NOT have additional properties"],
    ["a body where none belongs", "remove", "", {}, "has a body"],
  ] as const)("refuses %s", (_, operation, query, body, fault) => {
    expect(requestFault(operation, new URLSearchParams(query), body)).toBe(fault);
  });

  it("refuses answers that Grafana would not give", () => {
    expect(answerFault("create", { id: "1", message: "" })).toBe("data/id must be integer");
    expect(answerFault("find", [{ id: 1, when: 2 }])).toBe("data/0 must NOT have additional properties");
  });
});
