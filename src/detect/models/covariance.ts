import type { Frame } from "../frame.ts";
import { invertSymmetric } from "../math/symmetric.ts";
import type { Scaler } from "./scaler.ts";

/** Standardised rows of a frame, rows × F; missing values are 0, the rest is clipped at ±`clip`. */
export function standardise(train: Frame, scaler: Scaler, clip: number): Float64Array {
  const size = train.metrics.length;
  const z = new Float64Array(train.rows * size);
  for (let at = 0, metric = 0; at < z.length; at++, metric = metric + 1 === size ? 0 : metric + 1) {
    const value = ((train.values[at] as number) - (scaler.mean[metric] as number)) / (scaler.scale[metric] as number);
    z[at] = Number.isFinite(value) ? Math.min(Math.max(value, -clip), clip) : 0;
  }
  return z;
}

/** Second moments of rows × size values, size × size, row-major. */
export function secondMoments(rows: Float64Array, size: number): Float64Array {
  const sums = new Float64Array(size * size);
  const count = rows.length / size;
  for (let start = 0; start < rows.length; start += size) {
    for (let i = 0; i < size; i++) {
      const left = rows[start + i] as number;
      if (left !== 0) {
        for (let j = 0; j <= i; j++) {
          sums[i * size + j] = (sums[i * size + j] as number) + left * (rows[start + j] as number);
        }
      }
    }
  }
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      const value = (sums[i * size + j] as number) / Math.max(count, 1);
      sums[i * size + j] = value;
      sums[j * size + i] = value;
    }
  }
  return sums;
}

/**
 * Inverse of `(1 − λ)·moments + λ·I`; λ grows until the matrix can be inverted.
 * @param moments size × size; overwritten by the shrunk matrix
 */
export function shrunkInverse(moments: Float64Array, size: number, lambda: number): Float64Array {
  for (let strength = lambda; strength < 1; strength = Math.min(strength * 4, 1)) {
    const shrunk = moments.map((value, at) => value * (1 - strength) + (at % (size + 1) === 0 ? strength : 0));
    const inverse = invertSymmetric(shrunk, size);
    if (inverse !== null) {
      return inverse;
    }
  }
  const identity = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    identity[i * size + i] = 1;
  }
  return identity;
}

/** `zᵀ·P·z`, with `P·z` written to `product`. */
export function quadraticForm(z: Float64Array, precision: Float64Array, product: Float64Array): number {
  const size = z.length;
  let total = 0;
  for (let i = 0, at = 0; i < size; i++) {
    let sum = 0;
    for (let j = 0; j < size; j++, at++) {
      sum += (precision[at] as number) * (z[j] as number);
    }
    product[i] = sum;
    total += sum * (z[i] as number);
  }
  return Math.max(total, 0);
}

/** `zᵀ·P·z` of a symmetric P, from its lower triangle alone. */
export function halfForm(z: Float64Array, precision: Float64Array): number {
  const size = z.length;
  let total = 0;
  for (let i = 0; i < size; i++) {
    const left = z[i] as number;
    const start = i * size;
    let sum = 0.5 * (precision[start + i] as number) * left;
    for (let j = 0; j < i; j++) {
      sum += (precision[start + j] as number) * (z[j] as number);
    }
    total += sum * left;
  }
  return Math.max(2 * total, 0);
}
