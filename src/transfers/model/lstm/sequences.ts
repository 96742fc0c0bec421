import type { Frame } from "../../../detect/frame.ts";
import type { Random } from "../../../detect/models/network-core/random.ts";
import { COLUMN, COLUMNS, NAMES } from "./encode.ts";
import { type SequenceBatch, STEPS } from "./network.ts";

/** How far back the transfers that were over are looked for. */
export const LOOK_BACK = 2000;
const NONE = -1;

/**
 * The rows of the last transfers before `row` that were over when it began, oldest first; −1 where there are fewer.
 * @param rows encoded transfers, row-major
 */
export function sequenceBefore(values: ArrayLike<number>, row: number, into: Int32Array): void {
  const width = COLUMNS.length;
  const start = values[row * width + COLUMN.start] as number;
  let at = STEPS;
  for (let other = row - 1; other >= Math.max(0, row - LOOK_BACK) && at > 0; other--) {
    if ((values[other * width + COLUMN.end] as number) <= start) {
      into[--at] = other;
    }
  }
  into.fill(NONE, 0, at);
}

/** Copies the sequences of the given rows into one batch; names are left out at random with probability `forget`. */
export function gatherSequences(
  history: Frame,
  rows: Uint32Array,
  usual: number,
  forget: { readonly share: number; readonly random: Random } | null,
): SequenceBatch {
  const width = COLUMNS.length;
  const size = rows.length;
  const stepNames = NAMES.map(() => new Int32Array(size * STEPS));
  const queryNames = NAMES.map(() => new Int32Array(size));
  const stepNumbers = new Float32Array(size * STEPS * 3);
  const queryNumbers = new Float32Array(size * 2);
  const targets = new Float32Array(size);
  const sequence = new Int32Array(STEPS);
  const value = (row: number, column: number) => history.values[row * width + column] as number;
  const isForgotten = () => forget !== null && forget.random() < forget.share;
  rows.forEach((row, at) => {
    sequenceBefore(history.values, row, sequence);
    sequence.forEach((other, step) => {
      const to = at * STEPS + step;
      if (other !== NONE) {
        stepNames.forEach((names, kind) => {
          names[to] = value(other, COLUMN.source + kind);
        });
        stepNumbers[3 * to] = value(other, COLUMN.size);
        stepNumbers[3 * to + 1] = value(other, COLUMN.delay);
        stepNumbers[3 * to + 2] = value(other, COLUMN.duration) - usual;
      }
    });
    queryNames.forEach((names, kind) => {
      names[at] = isForgotten() ? 0 : value(row, COLUMN.source + kind);
    });
    queryNumbers[2 * at] = value(row, COLUMN.size);
    queryNumbers[2 * at + 1] = value(row, COLUMN.delay);
    targets[at] = value(row, COLUMN.duration) - usual;
  });
  return { size, stepNames, stepNumbers, queryNames, queryNumbers, targets };
}
