/** The middle value, the upper one of an even number; null of none. @param values any order */
export function median(values: readonly number[]): number | null {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? null;
}
