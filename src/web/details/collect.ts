/** The items of a list by a key of theirs, both in the order in which they come. */
export function collect<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const map = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const known = map.get(key);
    if (known === undefined) {
      map.set(key, [item]);
    } else {
      known.push(item);
    }
  }
  return map;
}
