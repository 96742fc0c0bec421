import { stemmedWords } from "./words.ts";

/** A phrase found in a text. */
export interface PhraseHit<T> {
  readonly phrase: string;
  readonly value: T;
  /** Index of its first word in the text. */
  readonly at: number;
}

/** Finds whole phrases in texts, whatever their case and inflection. */
export interface PhraseFinder<T> {
  /** The longest phrase of the text, the earliest of equally long ones; null when there is none. */
  find(text: string): PhraseHit<T> | null;
  /** All phrases of the text. A word counts for the longest phrase that covers it, so `less urgent` is not `urgent`. */
  findAll(text: string): readonly PhraseHit<T>[];
}

/** A finder for phrases of one or more words, each with a value. Phrases without any word are never found. */
export function createPhraseFinder<T>(phrases: Readonly<Record<string, T>>): PhraseFinder<T> {
  const known = Object.entries(phrases)
    .map(([phrase, value]) => ({ phrase, value, stems: stemmedWords(phrase) }))
    .filter((entry) => entry.stems.length > 0)
    .sort((left, right) => right.stems.length - left.stems.length);
  const findAll = (text: string): readonly PhraseHit<T>[] => {
    const stems = stemmedWords(text);
    const taken = new Array<boolean>(stems.length).fill(false);
    const hits: PhraseHit<T>[] = [];
    for (const entry of known) {
      for (let at = 0; at + entry.stems.length <= stems.length; at++) {
        if (entry.stems.every((stem, offset) => stems[at + offset] === stem && taken[at + offset] === false)) {
          taken.fill(true, at, at + entry.stems.length);
          hits.push({ phrase: entry.phrase, value: entry.value, at });
        }
      }
    }
    return hits;
  };
  return { findAll, find: (text) => findAll(text)[0] ?? null };
}
