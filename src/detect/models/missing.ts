const SWEEPS = 10;

/**
 * Replaces missing values (NaN) of a standardised row by what the others let expect, so that a metric that vanishes neither
 * scores nor hides. Gauss–Seidel on the normal equations of the quadratic form; a row without any gap costs one pass.
 * @param precision inverse covariance, size × size · @returns how many were missing
 */
export function fillMissing(z: Float64Array, precision: Float64Array): number {
  const size = z.length;
  const gaps: number[] = [];
  for (let i = 0; i < size; i++) {
    if (Number.isNaN(z[i])) {
      gaps.push(i);
      z[i] = 0;
    }
  }
  for (let sweep = 0; sweep < (gaps.length > 0 && gaps.length < size ? SWEEPS : 0); sweep++) {
    for (const gap of gaps) {
      let sum = 0;
      for (let j = 0; j < size; j++) {
        sum += j === gap ? 0 : (precision[gap * size + j] as number) * (z[j] as number);
      }
      z[gap] = -sum / (precision[gap * size + gap] as number);
    }
  }
  return gaps.length;
}
