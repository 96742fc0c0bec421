/** The last `span` rows of `width` values, always in one piece: rows are appended and moved back when room runs out. */
export interface History {
  /** All values kept; the window starts at `start()`. */
  readonly values: Float32Array;
  push(row: ArrayLike<number>): void;
  /** Where the oldest row of the window starts in `values`. */
  start(): number;
}

/** @returns a history of zeros */
export function rowHistory(span: number, width: number): History {
  const spare = span + 64;
  const values = new Float32Array((span + spare) * width);
  let rows = span;
  return {
    values,
    push(row) {
      if (rows === span + spare) {
        values.copyWithin(0, (rows - span + 1) * width, rows * width);
        rows = span - 1;
      }
      for (let i = 0; i < width; i++) {
        values[rows * width + i] = row[i] as number;
      }
      rows++;
    },
    start: () => (rows - span) * width,
  };
}
