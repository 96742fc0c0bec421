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

const MIN_LAG = 3;
const MAX_LAG = 400;
const LARGEST_PERIOD = 300;
const NO_PERIOD = 125;
const MAX_ROWS = 20_000;

/**
 * Period of a series: the lag (3–400) of the highest local peak of its autocorrelation over the first 20,000 values; 125 where there is none.
 * Source: TSB-AD, find_length_rank.
 */
export function periodOf(series: ArrayLike<number>): number {
  const rows = Math.min(series.length, MAX_ROWS);
  const correlations = autocorrelation(series, rows, Math.min(MAX_LAG, rows - 1));
  let best = -1;
  for (let lag = MIN_LAG + 1; lag < correlations.length - 1; lag++) {
    const here = correlations[lag] as number;
    const isPeak = here > (correlations[lag - 1] as number) && here > (correlations[lag + 1] as number);
    if (isPeak && (best < 0 || here > (correlations[best] as number))) {
      best = lag;
    }
  }
  const offset = best - MIN_LAG;
  return best < 0 || offset < 3 || offset > LARGEST_PERIOD ? NO_PERIOD : best;
}

function autocorrelation(series: ArrayLike<number>, rows: number, lags: number): Float64Array {
  let mean = 0;
  for (let i = 0; i < rows; i++) {
    mean += ((series[i] as number) || 0) / rows;
  }
  const centred = Float64Array.from({ length: rows }, (_, i) => ((series[i] as number) || 0) - mean);
  return Float64Array.from({ length: lags + 1 }, (_, lag) => {
    let sum = 0;
    for (let i = lag; i < rows; i++) {
      sum += (centred[i] as number) * (centred[i - lag] as number);
    }
    return sum;
  });
}
