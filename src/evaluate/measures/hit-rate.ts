/** A labelled segment and the metrics that caused it. */
export interface Interpretation {
  readonly from: number;
  /** Last row, included. */
  readonly to: number;
  /** Indices of metrics, from 0. */
  readonly metrics: readonly number[];
}

/**
 * Lines such as `246-252:1,2,3`: rows from 0 with the end one past the last labelled row, metrics from 1.
 * @throws SyntaxError naming the line that is not so
 */
export function parseInterpretation(text: string): readonly Interpretation[] {
  return text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const match = /^(\d+)-(\d+):([\d,\s]+)$/.exec(line.trim());
      if (match === null) {
        throw new SyntaxError(`"${line}" is not an interpretation: expected 246-252:1,2,3`);
      }
      const from = Number(match[1]);
      const metrics = (match[3] as string).split(",").map((number) => Number(number) - 1);
      return { from, to: Math.max(Number(match[2]) - 1, from), metrics };
    });
}

/**
 * HitRate@P: of the first ⌊P·|truth|⌋ metrics by contribution averaged over the segment, the share that is true; the mean over
 * segments. Source: Su et al., OmniAnomaly, KDD 2019.
 * @param contributionAt amount of a metric at a row · @param share P, e.g. 1 or 1.5
 */
export function hitRate(
  interpretations: readonly Interpretation[],
  metricCount: number,
  contributionAt: (row: number, metric: number) => number,
  share: number,
): number {
  let total = 0;
  for (const { from, to, metrics } of interpretations) {
    const sums = Array.from({ length: metricCount }, (_, metric) => {
      let sum = 0;
      for (let row = from; row <= to; row++) {
        sum += contributionAt(row, metric) || 0;
      }
      return sum;
    });
    const order = sums.map((_, metric) => metric).sort((a, b) => (sums[b] as number) - (sums[a] as number));
    const first = new Set(order.slice(0, Math.floor(share * metrics.length)));
    total += metrics.filter((metric) => first.has(metric)).length / metrics.length;
  }
  return interpretations.length === 0 ? Number.NaN : total / interpretations.length;
}
