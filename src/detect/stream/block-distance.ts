/** A course of `blocks` consecutive means of `length` rows each, compared with `nearest` most alike ones of the past. */
export interface BlockSpec {
  readonly blocks: number;
  readonly length: number;
  readonly nearest: number;
}

/** Rows that are compared with: the newest of them. */
const MAX_ROWS = 8000;

/** Distance of the newest course of a series to the most alike ones of its past. */
export interface BlockDistance {
  /** @returns mean distance per block to the nearest past courses, in the series' unit; 0 while there are too few */
  push(value: number): number;
  /** The newest values, oldest first: enough to start again from. */
  values(): readonly number[];
}

/** @param saved values of an earlier one, oldest first */
export function createBlockDistance(spec: BlockSpec, saved: readonly number[] = []): BlockDistance {
  const capacity = 2 * MAX_ROWS;
  const sums = new Float64Array(capacity + 1);
  const course = new Float64Array(spec.blocks);
  const best = new Float64Array(spec.nearest);
  let rows = 0;

  const remember = (value: number) => {
    if (rows === capacity) {
      const dropped = rows - MAX_ROWS;
      const base = sums[dropped] as number;
      for (let i = 0; i <= MAX_ROWS; i++) {
        sums[i] = (sums[dropped + i] as number) - base;
      }
      rows = MAX_ROWS;
    }
    sums[rows + 1] = (sums[rows] as number) + value;
    rows++;
  };
  for (const value of saved) {
    remember(value);
  }

  return {
    push: (value) => {
      remember(value);
      return nearestDistance(sums, rows, spec, course, best);
    },
    values: () =>
      Array.from({ length: Math.min(rows, MAX_ROWS) }, (_, i) => {
        const at = rows - Math.min(rows, MAX_ROWS) + i;
        return (sums[at + 1] as number) - (sums[at] as number);
      }),
  };
}

function nearestDistance(
  sums: Float64Array,
  rows: number,
  { blocks, length, nearest }: BlockSpec,
  course: Float64Array,
  best: Float64Array,
): number {
  const span = blocks * length;
  const stride = Math.max(1, length >> 1);
  if (rows < 2 * span + nearest * stride) {
    return 0;
  }
  for (let block = 0; block < blocks; block++) {
    course[block] = (sums[rows - block * length] as number) - (sums[rows - (block + 1) * length] as number);
  }
  best.fill(Number.POSITIVE_INFINITY);
  const oldest = Math.max(span, rows - MAX_ROWS);
  for (let end = rows - span; end >= oldest; end -= stride) {
    const worst = best[nearest - 1] as number;
    let total = 0;
    for (let block = 0, at = end; block < blocks && total < worst; block++, at -= length) {
      const difference = (sums[at] as number) - (sums[at - length] as number) - (course[block] as number);
      total += difference * difference;
    }
    if (total < worst) {
      insert(best, total);
    }
  }
  let sum = 0;
  for (const total of best) {
    sum += Math.sqrt(total / blocks);
  }
  return sum / nearest / length;
}

/** Puts a value among ascending ones; the last falls out. */
function insert(best: Float64Array, value: number): void {
  let at = best.length - 1;
  while (at > 0 && (best[at - 1] as number) > value) {
    best[at] = best[at - 1] as number;
    at--;
  }
  best[at] = value;
}
