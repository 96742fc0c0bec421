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
    .filter((entry) => entry.stems.length > 0);
  const byFirstStem = new Map<string, typeof known>();
  for (const entry of known) {
    const first = entry.stems[0] ?? "";
    byFirstStem.set(first, [...(byFirstStem.get(first) ?? []), entry]);
  }
  const findAll = (text: string): readonly PhraseHit<T>[] => {
    const stems = stemmedWords(text);
    const found = stems
      .flatMap((stem, at) => (byFirstStem.get(stem) ?? []).map((entry) => ({ entry, at })))
      .filter(({ entry, at }) => entry.stems.every((stem, offset) => stems[at + offset] === stem))
      .sort((left, right) => right.entry.stems.length - left.entry.stems.length);
    const taken = new Array<boolean>(stems.length).fill(false);
    return found.flatMap(({ entry, at }) => {
      if (taken.slice(at, at + entry.stems.length).includes(true)) {
        return [];
      }
      taken.fill(true, at, at + entry.stems.length);
      return [{ phrase: entry.phrase, value: entry.value, at }];
    });
  };
  return { findAll, find: (text) => findAll(text)[0] ?? null };
}
