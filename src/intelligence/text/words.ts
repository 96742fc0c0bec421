import porterStemmer from "natural/lib/natural/stemmers/porter_stemmer.js";

const MAX_STEMS = 20_000;
const stems = new Map<string, string>();

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
  const made = porterStemmer.stem(word);
  if (stems.size >= MAX_STEMS) {
    stems.clear();
  }
  stems.set(word, made);
  return made;
}

/** Stems of a text's words, in order. */
export function stemmedWords(text: string): readonly string[] {
  return words(text).map(stem);
}
