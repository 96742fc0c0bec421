/** Mean of the newest `rows` numbers. */
export function createRunningMean(rows: number): (value: number) => number {
  const kept: number[] = [];
  let sum = 0;
  return (value) => {
    kept.push(value);
    sum += value - (kept.length > rows ? (kept.shift() as number) : 0);
    return sum / kept.length;
  };
}

/** Exponential mean that begins at 0; what was is forgotten by half in `halfLife` rows. */
export function createSteadied(halfLife: number): (value: number) => number {
  const share = 1 - 0.5 ** (1 / halfLife);
  let mean = 0;
  return (value) => {
    mean += share * (value - mean);
    return mean;
  };
}
