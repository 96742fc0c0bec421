import { stemmedWords } from "./words.ts";

/** A document found, with its cosine similarity, 0 to 1. */
export interface Similar {
  readonly index: number;
  readonly similarity: number;
}

/** Finds the most similar of fixed documents. */
export interface TextIndex {
  nearest(text: string): Similar | null;
}

type Vector = ReadonlyMap<string, number>;

/** Cosine similarity of TF-IDF vectors over stems (1 + ln tf) · ln((N + 1) / (df + ½)); words no document has count for nothing. */
export function createTextIndex(documents: readonly string[]): TextIndex {
  const bags = documents.map((text) => countOf(stemmedWords(text)));
  const frequency = new Map<string, number>();
  for (const bag of bags) {
    for (const stem of bag.keys()) {
      frequency.set(stem, (frequency.get(stem) ?? 0) + 1);
    }
  }
  const weigh = (bag: Vector): Vector =>
    new Map(
      [...bag].flatMap(([stem, count]) => {
        const seen = frequency.get(stem);
        const weight = seen === undefined ? 0 : (1 + Math.log(count)) * Math.log((documents.length + 1) / (seen + 0.5));
        return weight > 0 ? [[stem, weight] as const] : [];
      }),
    );
  const vectors = bags.map(weigh);
  return {
    nearest(text) {
      const vector = weigh(countOf(stemmedWords(text)));
      const ranked = vectors
        .map((other, index) => ({ index, similarity: cosine(vector, other) }))
        .sort((left, right) => right.similarity - left.similarity);
      const best = ranked[0];
      return best === undefined || best.similarity === 0 ? null : best;
    },
  };
}

function countOf(stems: readonly string[]): Vector {
  const counts = new Map<string, number>();
  for (const stem of stems) {
    counts.set(stem, (counts.get(stem) ?? 0) + 1);
  }
  return counts;
}

function cosine(left: Vector, right: Vector): number {
  let dot = 0;
  for (const [stem, weight] of left) {
    dot += weight * (right.get(stem) ?? 0);
  }
  const norm = lengthOf(left) * lengthOf(right);
  return norm === 0 ? 0 : dot / norm;
}

function lengthOf(vector: Vector): number {
  return Math.sqrt([...vector.values()].reduce((sum, weight) => sum + weight * weight, 0));
}
