const SYMBOLS = 9;
/** Half-width of a symbol in units of the scale. */
const WIDTH = 0.25;
const PRIOR = 0.5;

/** How rare a value is after the two before it, as −ln of its share. */
export interface ContextRarity {
  /** @param z value in units of its scale */
  push(z: number): number;
  state(): { readonly counts: readonly number[]; readonly context: number };
}

/** Counts symbols (nine steps of z) in the context of the two before. */
export function createContextRarity(saved?: ReturnType<ContextRarity["state"]>): ContextRarity {
  const counts = Float64Array.from(saved?.counts ?? new Float64Array(SYMBOLS ** 3));
  let context = saved?.context ?? 0;
  return {
    push: (z) => {
      const symbol = Math.min(Math.max(Math.round(z / (2 * WIDTH)) + (SYMBOLS >> 1), 0), SYMBOLS - 1);
      let total = 0;
      for (let other = 0; other < SYMBOLS; other++) {
        total += counts[context * SYMBOLS + other] as number;
      }
      const at = context * SYMBOLS + symbol;
      const rarity = -Math.log(((counts[at] as number) + PRIOR) / (total + PRIOR * SYMBOLS));
      counts[at] = (counts[at] as number) + 1;
      context = (context % SYMBOLS) * SYMBOLS + symbol;
      return rarity;
    },
    state: () => ({ counts: Array.from(counts), context }),
  };
}
