import { formatLabels } from "../../src/demo/cmsweb/exporter.ts";
import { createExposition, FAMILIES } from "../../src/demo/cmsweb/families.ts";
import type { Simulation } from "../../src/demo/cmsweb/simulation.ts";

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
