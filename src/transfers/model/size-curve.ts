/** Sizes are kept by tenths of a decade, from 1 B to 1.6 TB. */
export const SIZE_BINS = 123;
const PER_DECADE = 10;

/** Bin of a size; what is outside the range goes to the nearest. */
export function sizeBin(bytes: number): number {
  const bin = Math.round(Math.log10(Math.max(1, bytes)) * PER_DECADE);
  return Math.min(SIZE_BINS - 1, bin);
}

/** Gaussian weights by distance in bins, for a bandwidth in decades of bytes. */
export function sizeKernel(bandwidth: number): Float64Array {
  return Float64Array.from({ length: SIZE_BINS }, (_, distance) =>
    Math.exp(-0.5 * (distance / PER_DECADE / bandwidth) ** 2),
  );
}

/**
 * What a transfer of a size takes, whatever its link: the kernel mean of ln(1 + seconds) over sizes (Nadaraya and Watson 1964).
 * @param bins size bin per transfer · @param values ln(1 + seconds) per transfer, as many
 * @returns value per bin; where no transfer is anywhere near, the nearest bin's
 */
export function fitSizeCurve(bins: ArrayLike<number>, values: ArrayLike<number>, bandwidth: number): Float64Array {
  const weight = new Float64Array(SIZE_BINS);
  const sum = new Float64Array(SIZE_BINS);
  for (let i = 0; i < bins.length; i++) {
    const bin = bins[i] as number;
    weight[bin] = (weight[bin] as number) + 1;
    sum[bin] = (sum[bin] as number) + (values[i] as number);
  }
  const kernel = sizeKernel(bandwidth);
  const curve = Float64Array.from({ length: SIZE_BINS }, (_, bin) => {
    let total = 0;
    let mean = 0;
    for (let other = 0; other < SIZE_BINS; other++) {
      const closeness = kernel[Math.abs(other - bin)] as number;
      total += closeness * (weight[other] as number);
      mean += closeness * (sum[other] as number);
    }
    return total > 1e-6 ? mean / total : Number.NaN;
  });
  return fillFromNearest(curve);
}

function fillFromNearest(curve: Float64Array): Float64Array {
  const known = [...curve.keys()].filter((bin) => Number.isFinite(curve[bin]));
  return curve.map((value, bin) => {
    if (Number.isFinite(value) || known.length === 0) {
      return Number.isFinite(value) ? value : 0;
    }
    const nearest = known.reduce((best, other) => (Math.abs(other - bin) < Math.abs(best - bin) ? other : best));
    return curve[nearest] as number;
  });
}
