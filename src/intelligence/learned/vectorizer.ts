import { own } from "../../alert/own.ts";

/** A sparse vector: index → weight. */
export type SparseVector = ReadonlyMap<number, number>;

/** Turns bags of tokens into TF-IDF vectors of length 1. Plain data: it is saved with the model. */
export interface Vectorizer {
  readonly index: Readonly<Record<string, number>>;
  readonly idf: readonly number[];
}

/** Learns the vocabulary: idf = ln((1 + n) / (1 + df)) + 1, tokens seen in fewer than `least` documents are left out. */
export function fitVectorizer(documents: readonly (readonly string[])[], least = 1): Vectorizer {
  const frequency = new Map<string, number>();
  for (const tokens of documents) {
    for (const token of new Set(tokens)) {
      frequency.set(token, (frequency.get(token) ?? 0) + 1);
    }
  }
  const kept = [...frequency].filter(([, seen]) => seen >= least).sort(([left], [right]) => (left < right ? -1 : 1));
  return {
    index: Object.fromEntries(kept.map(([token], at) => [token, at])),
    idf: kept.map(([, seen]) => Math.log((1 + documents.length) / (1 + seen)) + 1),
  };
}

/** TF-IDF with (1 + ln tf), Euclidean length 1; unknown tokens count for nothing. */
export function vectorize(tokens: readonly string[], { index, idf }: Vectorizer): SparseVector {
  const counts = new Map<number, number>();
  for (const token of tokens) {
    const at = Object.hasOwn(index, token) ? own(index, token) : undefined;
    if (at !== undefined) {
      counts.set(at, (counts.get(at) ?? 0) + 1);
    }
  }
  const weights = [...counts].map(([at, count]) => [at, (1 + Math.log(count)) * (idf[at] ?? 0)] as const);
  const length = Math.sqrt(weights.reduce((sum, [, weight]) => sum + weight * weight, 0));
  return new Map(weights.map(([at, weight]) => [at, weight / (length || 1)]));
}

/** One vector after the other; the first takes the indices below `offset`. */
export function joinVectors(left: SparseVector, right: SparseVector, offset: number): SparseVector {
  return new Map([...left, ...[...right].map(([at, weight]) => [at + offset, weight] as const)]);
}
