/**
 * Inverse of a symmetric positive definite matrix by Cholesky's decomposition.
 * @param matrix size × size, row-major; only its lower triangle is read
 * @returns the inverse, row-major, or null when the matrix is not positive definite
 */
export function invertSymmetric(matrix: Float64Array, size: number): Float64Array | null {
  const lower = cholesky(matrix, size);
  return lower === null ? null : gramOfInverse(invertLower(lower, size), size);
}

/** Lower triangle L with L·Lᵀ = matrix, row-major, or null when the matrix is not positive definite. */
export function cholesky(matrix: Float64Array, size: number): Float64Array | null {
  const lower = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = matrix[row * size + column] as number;
      for (let k = 0; k < column; k++) {
        sum -= (lower[row * size + k] as number) * (lower[column * size + k] as number);
      }
      if (row !== column) {
        lower[row * size + column] = sum / (lower[column * size + column] as number);
      } else if (sum > 0 && Number.isFinite(sum)) {
        lower[row * size + row] = Math.sqrt(sum);
      } else {
        return null;
      }
    }
  }
  return lower;
}

function invertLower(lower: Float64Array, size: number): Float64Array {
  const inverse = new Float64Array(size * size);
  for (let column = 0; column < size; column++) {
    inverse[column * size + column] = 1 / (lower[column * size + column] as number);
    for (let row = column + 1; row < size; row++) {
      let sum = 0;
      for (let k = column; k < row; k++) {
        sum -= (lower[row * size + k] as number) * (inverse[k * size + column] as number);
      }
      inverse[row * size + column] = sum / (lower[row * size + row] as number);
    }
  }
  return inverse;
}

/** Mᵀ·M of a lower triangle M. */
function gramOfInverse(inverse: Float64Array, size: number): Float64Array {
  const product = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = 0;
      for (let k = row; k < size; k++) {
        sum += (inverse[k * size + row] as number) * (inverse[k * size + column] as number);
      }
      product[row * size + column] = sum;
      product[column * size + row] = sum;
    }
  }
  return product;
}
