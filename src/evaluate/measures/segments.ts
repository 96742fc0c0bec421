/** A run of labelled rows, both ends included. */
export interface Segment {
  readonly from: number;
  readonly to: number;
}

/** Runs of rows with a label above 0. */
export function segmentsOf(labels: ArrayLike<number>): readonly Segment[] {
  const found: Segment[] = [];
  let from = -1;
  for (let i = 0; i <= labels.length; i++) {
    const positive = i < labels.length && (labels[i] as number) > 0;
    if (positive && from < 0) {
      from = i;
    } else if (!positive && from >= 0) {
      found.push({ from, to: i - 1 });
      from = -1;
    }
  }
  return found;
}
