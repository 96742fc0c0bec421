import type { Architecture } from "./architecture.ts";
import type { Learner } from "./learner.ts";
import { gatherWindows, type TrainingRows } from "./training.ts";

/** Rows looked at: long histories are sampled in stretches, because scores are smoothed over neighbouring rows. */
const MOST_ROWS = 8192;
const STRETCH = 1024;
const BATCH = 512;

/** Last rows of the windows looked at: all where they are few, else evenly spread stretches. */
function sampledRows(rows: number, span: number): Uint32Array {
  const available = rows - span + 1;
  if (available <= MOST_ROWS) {
    return Uint32Array.from({ length: available }, (_, i) => i);
  }
  const stretches = MOST_ROWS / STRETCH;
  const between = (available - STRETCH) / (stretches - 1);
  return Uint32Array.from(
    { length: MOST_ROWS },
    (_, i) => Math.floor(Math.floor(i / STRETCH) * between) + (i % STRETCH),
  );
}

/**
 * What the trained network did not expect of its training rows, [n, F]: standardised value minus expectation, 0 where
 * the value is missing.
 */
export function residualsOf(
  learner: Learner,
  network: Architecture,
  data: TrainingRows,
  standard: Float32Array,
): Float64Array {
  const { metrics } = data;
  const starts = sampledRows(data.rows, network.span);
  const residuals = new Float64Array(starts.length * metrics);
  for (let from = 0; from < starts.length; from += BATCH) {
    const part = starts.subarray(from, from + BATCH);
    const expected = learner.expected(gatherWindows(data, part, network.span), part.length);
    for (let i = 0; i < part.length; i++) {
      const row = (part[i] as number) + network.span - 1;
      for (let metric = 0; metric < metrics; metric++) {
        const seen = standard[row * metrics + metric] as number;
        const error = Number.isNaN(seen) ? 0 : seen - (expected[i * metrics + metric] as number);
        residuals[(from + i) * metrics + metric] = error;
      }
    }
  }
  return residuals;
}
