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

/**
 * Labels that fade out around segments: 1 inside, √(1 − d/window) at distance d ≤ ⌊window/2⌋ outside, added where they overlap
 * and capped at 1. Source: Paparrizos et al., "Volume Under the Surface", VLDB 2022.
 */
export function softLabels(labels: ArrayLike<number>, window: number): Float64Array {
  const soft = Float64Array.from(labels, (label) => (label > 0 ? 1 : 0));
  const reach = Math.floor(window / 2);
  for (const { from, to } of segmentsOf(labels)) {
    for (let distance = 1; distance <= reach; distance++) {
      const weight = Math.sqrt(1 - distance / window);
      for (const at of [from - distance, to + distance]) {
        if (at >= 0 && at < soft.length) {
          soft[at] = (soft[at] as number) + weight;
        }
      }
    }
  }
  return soft.map((value) => Math.min(value, 1));
}
