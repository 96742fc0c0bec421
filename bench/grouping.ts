// Grouping of alerts into incidents, judged against known incidents: see bench/README.md.
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { gunzipSync } from "node:zlib";
import { loadCatalogue } from "../src/config/catalogue.ts";
import { createGrouper } from "../src/intelligence/grouping/grouper.ts";
import { measureGrouping } from "./measures/grouping.ts";

const file = process.argv[2];
if (file === undefined) {
  console.error("usage: tsx bench/grouping.ts EVENTS.jsonl[.gz]");
  process.exit(2);
}
const bytes = readFileSync(file);
const text = (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
const events = text
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => JSON.parse(line));
const grouper = createGrouper({ catalogue: loadCatalogue(null), ignoredLabels: ["uuid"] });
const places: string[] = [];
const reasons: string[] = [];
const rootsOf = new Map<string, number>();
const began = process.hrtime.bigint();
for (const event of events) {
  const assignment = grouper.add(event);
  places[assignment.event] = assignment.groupId;
  reasons[assignment.event] = `${assignment.rule}: ${assignment.reason}`;
  for (const moved of assignment.moved) {
    places[moved] = assignment.groupId;
  }
  const root = grouper.root(assignment.groupId);
  if (root !== null) {
    rootsOf.set(assignment.groupId, root);
  }
}
const milliseconds = Number(process.hrtime.bigint() - began) / 1e6;
const judged = events.map((event, index) => ({
  incident: event.truth.incident_id as string,
  isRoot: event.truth.root as boolean,
  group: places[index] ?? "",
  isGroupRoot: rootsOf.get(places[index] ?? "") === index,
}));
const score = measureGrouping(judged, (incident) => incident.split("-")[0] ?? incident);
const suppressed = [...new Set(judged.map((event) => event.incident))].filter((incident) => {
  const shown = new Set(judged.flatMap((event) => (event.isGroupRoot ? [event.incident] : [])));
  return !shown.has(incident);
});
const identities = new Set(events.map((event) => JSON.stringify(event.labels))).size;
console.log(`${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}, Node ${process.version}`);
const percent = (value: number) => `${(100 * value).toFixed(1)} %`;
console.log(
  `${file}: ${score.events} events, ${score.incidents} incidents, ${score.groups} groups, ${milliseconds.toFixed(0)} ms`,
);
console.log(
  `pairwise F1 ${score.f1.toFixed(4)} (precision ${score.precision.toFixed(4)}, recall ${score.recall.toFixed(4)})`,
);
for (const [kind, figures] of Object.entries(score.kinds)) {
  console.log(
    `  ${kind.padEnd(7)} F1 ${figures.f1.toFixed(4)}  precision ${figures.precision.toFixed(4)}  recall ${figures.recall.toFixed(4)}  roots ${figures.roots} of ${figures.incidents}`,
  );
}
console.log(`wrongly merged: ${score.merged} groups, ${percent(score.merged / score.groups)}`);
console.log(`roots named: ${score.roots} of ${score.incidents}, ${percent(score.roots / score.incidents)}`);
console.log(
  `stages: ${score.events} events → ${identities} label sets → ${score.groups} groups (${percent(1 - score.groups / score.events)} fewer; ${percent(1 - score.incidents / score.events)} is perfect)`,
);
console.log(
  `falsely suppressed (only ever inside another incident's group): ${suppressed.length} of ${score.incidents} incidents`,
);
if (process.argv.includes("--why")) {
  for (const group of new Set(places)) {
    const members = judged.flatMap((event, index) => (event.group === group ? [{ ...event, index }] : []));
    const incidents = [...new Set(members.map((event) => event.incident))];
    if (incidents.length > 1) {
      const parts = incidents.map(
        (incident) => `${incident}×${members.filter((event) => event.incident === incident).length}`,
      );
      console.log(`${group}: ${parts.join(" ")} — ${reasons[members.at(-1)?.index ?? 0]}`);
    }
  }
}
