/** A number for people: three significant digits, k/M/G for large ones. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) {
    return String(value);
  }
  const size = Math.abs(value);
  for (const [limit, divisor, unit] of [
    [1e9, 1e9, "G"],
    [1e6, 1e6, "M"],
    [1e4, 1e3, "k"],
  ] as const) {
    if (size >= limit) {
      return `${significant(value / divisor)}${unit}`;
    }
  }
  return significant(value);
}

/** How far a value is from what was expected: `4.2× higher`, `63 % lower`. */
export function offBy(seen: number, expected: number): string {
  if (expected === 0 || Math.sign(seen) !== Math.sign(expected)) {
    return `off by ${formatNumber(Math.abs(seen - expected))}`;
  }
  const ratio = Math.abs(seen / expected);
  if (ratio >= 2) {
    return `${significant(ratio)}× higher`;
  }
  const percent = Math.round(Math.abs(ratio - 1) * 100);
  return ratio >= 1 ? `${percent} % higher` : `${percent} % lower`;
}

function significant(value: number): string {
  return String(Number(value.toPrecision(3)));
}
