import { fitVectorizer, type Vectorizer, vectorize } from "./vectorizer.ts";

/** Complement naive Bayes over TF-IDF weights. */
export interface ComplementBayes {
  readonly vectorizer: Vectorizer;
  readonly classes: readonly string[];
  /** Row per class: −ln of how common a token is in all other classes, normalised. */
  readonly weights: readonly Float64Array[];
}

/** Source: Rennie et al., Tackling the poor assumptions of naive Bayes text classifiers (2003). */
export function fitComplementBayes(
  documents: readonly (readonly string[])[],
  labels: readonly string[],
  alpha = 0.1,
): ComplementBayes {
  const vectorizer = fitVectorizer(documents);
  const size = vectorizer.idf.length;
  const classes = [...new Set(labels)].sort();
  const perClass = classes.map(() => new Float64Array(size));
  const total = new Float64Array(size);
  documents.forEach((tokens, row) => {
    const sums = perClass[classes.indexOf(labels[row] ?? "")];
    for (const [at, weight] of vectorize(tokens, vectorizer)) {
      total[at] = (total[at] ?? 0) + weight;
      if (sums !== undefined) {
        sums[at] = (sums[at] ?? 0) + weight;
      }
    }
  });
  const weights = perClass.map((own) => {
    const complement = total.map((value, at) => value - (own[at] ?? 0) + alpha);
    const sum = complement.reduce((all, value) => all + value, 0);
    return complement.map((value) => -Math.log(value / sum));
  });
  return { vectorizer, classes, weights };
}

/** Classes with their scores, best first; a score means nothing but its order and distance. */
export function scoreClasses({ vectorizer, classes, weights }: ComplementBayes, tokens: readonly string[]) {
  const vector = [...vectorize(tokens, vectorizer)];
  return classes
    .map((name, at) => ({
      name,
      score: vector.reduce((sum, [feature, weight]) => sum + weight * (weights[at]?.[feature] ?? 0), 0),
    }))
    .sort((left, right) => right.score - left.score);
}
