/** Uniform numbers in [0, 1) that repeat for a seed. */
export type Random = () => number;

/** Puts the items in a random order, in place (Fisher–Yates). */
export function shuffle(items: Uint32Array, random: Random): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const kept = items[i] as number;
    items[i] = items[j] as number;
    items[j] = kept;
  }
}

/** Weights uniform in ±√(6 / (fan in + fan out)) (Glorot and Bengio 2010). */
export function glorotUniform(size: number, fanIn: number, fanOut: number, random: Random): Float32Array {
  const limit = Math.sqrt(6 / (fanIn + fanOut));
  return Float32Array.from({ length: size }, () => (random() * 2 - 1) * limit);
}
