// natural ships types for its index only; its parts are imported by sub-path because the index loads storage back ends.
declare module "natural/lib/natural/stemmers/porter_stemmer.js" {
  const stemmer: { stem(word: string): string };
  export = stemmer;
}
