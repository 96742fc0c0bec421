import { LRUCache } from "lru-cache";
import porterStemmer from "natural/lib/natural/stemmers/porter_stemmer.js";

const MAX_WORD = 64;
const MAX_STEMS = 20_000;
const stems = new LRUCache<string, string>({ max: MAX_STEMS });

const MAX_TEXTS = 10_000;
const MAX_KEPT_TEXT = 500;
const stemmedTexts = new LRUCache<string, readonly string[]>({ max: MAX_TEXTS });

/** Lower-case words of a text: runs of letters and digits; `camelCase` and `snake_case` are taken apart first. */
export function words(text: string): readonly string[] {
  const apart = text.replace(/([\p{Ll}\d])(\p{Lu})/gu, "$1 $2").replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1 $2");
  return apart.toLowerCase().match(/[\p{L}\d]+/gu) ?? [];
}

/** The word without its inflection (Porter's stemmer): `upgrades`, `upgraded` and `upgrade` are one. */
export function stem(word: string): string {
  const known = stems.get(word);
  if (known !== undefined) {
    return known;
  }
  // The stemmer takes quadratic time, and no word of a language is longer.
  const made = word.length > MAX_WORD ? word.slice(0, MAX_WORD) : porterStemmer.stem(word);
  stems.set(word, made);
  return made;
}

/** Stems of a text's words, in order. The same texts come again with every cycle, and to several stages of one. */
export function stemmedWords(text: string): readonly string[] {
  const known = stemmedTexts.get(text);
  if (known !== undefined) {
    return known;
  }
  const made = words(text).map(stem);
  if (text.length <= MAX_KEPT_TEXT) {
    stemmedTexts.set(text, made);
  }
  return made;
}
