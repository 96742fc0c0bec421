import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { measureGrouping } from "../../../bench/measures/grouping.ts";
import { groupEvents, parseEvent } from "../../../src/intelligence/grouping/replay.ts";
import { sharedData } from "../../shared-data.ts";
import { catalogue } from "../support.ts";

const file = sharedData("alerts", "week-dev.jsonl.gz");

describe("a simulated week with known incidents", () => {
  it.skipIf(file === null)("is grouped as a person would (development data)", { timeout: 120_000 }, () => {
    const lines = gunzipSync(readFileSync(file ?? ""))
      .toString("utf8")
      .trim()
      .split("\n");
    const truths = lines.map((line) => JSON.parse(line).truth as { incident_id: string; root: boolean });
    const rows = groupEvents(lines.map(parseEvent), { catalogue });
    const judged = rows.map((row, index) => ({
      incident: truths[index]?.incident_id ?? "",
      isRoot: truths[index]?.root ?? false,
      group: row.groupId,
      isGroupRoot: row.isRoot,
    }));
    const score = measureGrouping(judged, (incident) => incident.split("-")[0] ?? "");
    expect(score.f1).toBeGreaterThan(0.95);
    for (const kind of ["flap", "db", "node", "net", "site"]) {
      expect(score.kinds[kind]?.f1, kind).toBeGreaterThan(0.9);
    }
    expect(score.merged / score.groups).toBeLessThan(0.01);
    expect(score.roots / score.incidents).toBeGreaterThan(0.95);
  });
});
