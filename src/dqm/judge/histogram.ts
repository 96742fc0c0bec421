/** The axis of a histogram, for people; null where the file does not say. */
export interface Axis {
  readonly min: number | null;
  readonly max: number | null;
  /** True when the first and the last count are underflow and overflow. They are part of the shape like every other bin. */
  readonly flows: boolean;
}

/** One histogram of one lumisection (about 23 s of data taking). */
export interface LumiHistogram {
  readonly run: number;
  readonly lumi: number;
  /** Name of the histogram (monitor element). */
  readonly name: string;
  /** Content per bin, 0 or more. */
  readonly counts: Float64Array;
  readonly axis: Axis;
  /** As the file says, else the sum of the counts. For people: never evidence. */
  readonly entries: number;
}

/** Sum of all bins. */
export function totalOf(counts: ArrayLike<number>): number {
  let total = 0;
  for (let bin = 0; bin < counts.length; bin++) {
    total += counts[bin] as number;
  }
  return total;
}

/** Share of each bin; zeros for an empty histogram. */
export function shapeOf(counts: ArrayLike<number>): Float64Array {
  const total = totalOf(counts);
  const shape = new Float64Array(counts.length);
  if (total > 0) {
    for (let bin = 0; bin < shape.length; bin++) {
      shape[bin] = (counts[bin] as number) / total;
    }
  }
  return shape;
}

/** What a bin is called: its range on the axis, `underflow`, `overflow`, or its number. */
export function binName(bin: number, bins: number, { min, max, flows }: Axis): string {
  if (flows && (bin === 0 || bin === bins - 1)) {
    return bin === 0 ? "underflow" : "overflow";
  }
  const range = binRange(bin, bins, { min, max, flows });
  return range === null ? `bin ${bin}` : `${short(range[0])} to ${short(range[1])}`;
}

/** Edges of a bin on the axis; null for underflow, overflow and an unknown axis. */
export function binRange(bin: number, bins: number, { min, max, flows }: Axis): readonly [number, number] | null {
  const first = flows ? 1 : 0;
  const inner = flows ? bins - 2 : bins;
  const at = bin - first;
  if (min === null || max === null || at < 0 || at >= inner) {
    return null;
  }
  const width = (max - min) / inner;
  return [min + at * width, min + (at + 1) * width];
}

function short(value: number): string {
  return String(Number(value.toPrecision(5)));
}
