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
