const HALF_LIFE_ROWS = 30;
const RATE = 1 - 0.5 ** (1 / HALF_LIFE_ROWS);
const WARM_UP = 10;
const MOST = 10;
/** Of its scores about one row in a thousand of ordinary pods is higher. */
const BAR = 2;

/** How far a row is from the running means, in running spreads: what any detector of changes should beat. */
export interface EwmaScorer {
  /** @returns the mean over metrics, and how far over its bar that is */
  push(row: ArrayLike<number>): { readonly score: number; readonly ratio: number };
}

/** @param size number of metrics */
export function createEwma(size: number): EwmaScorer {
  const mean = new Float64Array(size).fill(Number.NaN);
  const variance = new Float64Array(size);
  let rows = 0;
  return {
    push: (row) => {
      let sum = 0;
      let counted = 0;
      for (let i = 0; i < size; i++) {
        const value = row[i] as number;
        if (!Number.isFinite(value)) {
          continue;
        }
        const before = Number.isNaN(mean[i]) ? value : (mean[i] as number);
        const off = value - before;
        const spread = Math.sqrt(variance[i] as number) + 1e-3 * Math.abs(before) + 1e-9;
        sum += Math.min(Math.abs(off) / spread, MOST);
        counted++;
        mean[i] = before + RATE * off;
        variance[i] = (1 - RATE) * ((variance[i] as number) + RATE * off * off);
      }
      rows++;
      const score = rows <= WARM_UP || counted === 0 ? 0 : sum / counted;
      return { score, ratio: score / BAR };
    },
  };
}
