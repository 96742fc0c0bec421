import type { Contribution } from "../../alert/anomaly.ts";

const MAX_LISTED = 20;

/**
 * Shares per metric, worst first, at most 20; the shares of all metrics add up to 1.
 * @param amounts per metric, 0 or more · @param row values seen · @param expected values expected, NaN where not known
 */
export function contributionsOf(
  metrics: readonly string[],
  amounts: ArrayLike<number>,
  row: ArrayLike<number>,
  expected: ArrayLike<number>,
): readonly Contribution[] {
  let total = 0;
  for (let i = 0; i < metrics.length; i++) {
    total += amountAt(amounts, i);
  }
  const order = metrics.map((_, i) => i).sort((a, b) => amountAt(amounts, b) - amountAt(amounts, a));
  return order.slice(0, MAX_LISTED).map((i) => ({
    metric: metrics[i] as string,
    share: total > 0 ? amountAt(amounts, i) / total : 1 / metrics.length,
    seen: finiteOrNull(row[i]),
    expected: finiteOrNull(expected[i]),
  }));
}

function amountAt(amounts: ArrayLike<number>, i: number): number {
  const amount = amounts[i] as number;
  return Number.isFinite(amount) && amount > 0 ? amount : 0;
}

function finiteOrNull(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
