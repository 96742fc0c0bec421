import type { Labels } from "../../alert/alert.ts";
import { createExposition, FAMILIES, type Family } from "./families.ts";
import type { Simulation } from "./simulation.ts";

/** The families in Prometheus's text format 0.0.4. */
export function toText(families: readonly Family[]): string {
  return families
    .map(({ name, type, help, samples }) => {
      const lines = samples.map(({ labels, value }) => `${name}${formatLabels(labels)} ${value}\n`);
      return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
    })
    .join("");
}

/**
 * The past in OpenMetrics with timestamps, as `promtool tsdb create-blocks-from openmetrics` reads it, in pieces: a
 * family at a time, as the format asks. Counters start at zero at `from`.
 * @param options.step milliseconds between two scrapes
 */
export function* openMetricsHistory(
  simulation: Simulation,
  options: { from: Date; to: Date; step: number },
): Generator<string> {
  const from = options.from.getTime() / 1000;
  const to = options.to.getTime() / 1000;
  const step = options.step / 1000;
  for (const name of FAMILIES) {
    yield `# TYPE ${name} unknown\n`;
    const exposition = createExposition(simulation, from);
    for (let seconds = from; seconds <= to; seconds += step) {
      yield (exposition.at(seconds, [name])[0]?.samples ?? [])
        .map(({ labels, value }) => `${name}${formatLabels(labels)} ${value} ${seconds}\n`)
        .join("");
    }
  }
  yield "# EOF\n";
}

function formatLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}
