/**
 * Three hundred made-up incidents with known kind, class, metric, value, start and end, told by each detector:
 * npx tsx bench/incidents.ts [detector,…] [first seed] [count]. Rules were tuned on seeds below 1,000.
 */
import { quantileSorted } from "../src/detect/math/statistics.ts";
import { findDetector } from "../src/detect/registry.ts";
import { incident } from "../test/detect/incidents.ts";
import { type Told, tellIncident } from "../test/detect/told-incident.ts";

const [names = "default", first = "5000", count = "300"] = process.argv.slice(2);
for (const name of names.split(",")) {
  const detector = await findDetector(name);
  const told: Told[] = [];
  for (let seed = Number(first); seed < Number(first) + Number(count); seed++) {
    told.push(await tellIncident(incident(seed), detector));
  }
  const found = told.filter(({ event }) => event !== null);
  const share = (what: "kind" | "class" | "metric" | "value") =>
    `${what} ${((100 * found.filter(({ right }) => right[what]).length) / found.length).toFixed(1)} %`;
  const rows = (of: (one: (typeof found)[number]) => number) => {
    const sorted = found.map(of).sort((left, right) => left - right);
    return `${quantileSorted(sorted, 0.5)} / ${quantileSorted(sorted, 0.9)} / ${sorted.at(-1)}`;
  };
  const sum = (of: (one: (typeof told)[number]) => number) => told.reduce((total, one) => total + of(one), 0);
  console.log(
    [
      `${name}: found ${found.length} of ${told.length}`,
      ...(["kind", "class", "metric", "value"] as const).map(share),
      `rows to begin (median / 90 % / most) ${rows(({ delay }) => delay)}`,
      `rows to end ${rows(({ endDelay }) => endDelay)}`,
      `splits ${sum(({ splits }) => splits)}`,
      `false events ${sum(({ falseEvents }) => falseEvents)}`,
    ].join(", "),
  );
}
