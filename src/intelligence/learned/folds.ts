import { seededRandom } from "../../detect/math/random.ts";

/** Splits items into `count` parts with about the same mix of labels in each; repeats for a seed. Gives the part of each item. */
export function stratifiedFolds(labels: readonly string[], count: number, seed: number): readonly number[] {
  const random = seededRandom(seed);
  const order = labels.map((_, at) => ({ at, key: random() })).sort((left, right) => left.key - right.key);
  const next = new Map<string, number>();
  const folds = new Array<number>(labels.length).fill(0);
  for (const { at } of order) {
    const label = labels[at] ?? "";
    const turn = next.get(label) ?? Math.floor(random() * count);
    folds[at] = turn % count;
    next.set(label, turn + 1);
  }
  return folds;
}

/** Answers for every item by models that have not seen it. */
export function crossValidate<T, A>(
  items: readonly T[],
  folds: readonly number[],
  answer: (train: readonly T[], test: readonly T[]) => readonly A[],
): readonly A[] {
  const answers = new Array<A>(items.length);
  for (const fold of new Set(folds)) {
    const test = items.flatMap((item, at) => (folds[at] === fold ? [{ item, at }] : []));
    const found = answer(
      items.filter((_, at) => folds[at] !== fold),
      test.map(({ item }) => item),
    );
    test.forEach(({ at }, position) => {
      answers[at] = found[position] as A;
    });
  }
  return answers;
}

/** One answer of a classifier, with the truth. */
export interface Answer {
  readonly truth: string;
  readonly guess: string;
  /** Stated probability that the guess is right. */
  readonly confidence: number;
}

/** The largest share of answers, surest first, of which `right` are right; and the confidence from which on they are given. */
export function shareAnswered(
  answers: readonly Answer[],
  right: number,
): { readonly share: number; readonly threshold: number } {
  const sorted = answers.toSorted((left, other) => other.confidence - left.confidence);
  let hits = 0;
  let best = { share: 0, threshold: 1 };
  sorted.forEach((answer, at) => {
    hits += isRight(answer) ? 1 : 0;
    if (hits / (at + 1) >= right && at >= 4) {
      best = { share: (at + 1) / answers.length, threshold: answer.confidence };
    }
  });
  return best;
}

export function isRight(answer: Answer): boolean {
  return answer.truth === answer.guess;
}
