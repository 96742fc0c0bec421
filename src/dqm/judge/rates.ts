/**
 * Area under the receiver operating characteristic: the probability that a bad one scores above a good one, ties counting half
 * (Mann–Whitney). NaN without both kinds.
 */
export function rocAuc(scores: ArrayLike<number>, bad: ArrayLike<boolean | number>): number {
  const order = descending(scores);
  let positives = 0;
  let below = 0;
  let won = 0;
  for (const group of ties(scores, order)) {
    const hits = group.filter((at) => Boolean(bad[at])).length;
    const misses = group.length - hits;
    won += misses * (positives + hits / 2);
    positives += hits;
    below += misses;
  }
  return positives === 0 || below === 0 ? Number.NaN : won / (positives * below);
}

/** Average precision: Σ (recall step) · precision over descending thresholds, tied scores as one step. NaN without bad ones. */
export function averagePrecision(scores: ArrayLike<number>, bad: ArrayLike<boolean | number>): number {
  const order = descending(scores);
  const positives = order.filter((at) => Boolean(bad[at])).length;
  let hits = 0;
  let seen = 0;
  let sum = 0;
  for (const group of ties(scores, order)) {
    const here = group.filter((at) => Boolean(bad[at])).length;
    hits += here;
    seen += group.length;
    sum += (here / positives) * (hits / seen);
  }
  return positives === 0 ? Number.NaN : sum;
}

function descending(scores: ArrayLike<number>): readonly number[] {
  return Array.from({ length: scores.length }, (_, at) => at).sort(
    (a, b) => (scores[b] as number) - (scores[a] as number),
  );
}

function* ties(scores: ArrayLike<number>, order: readonly number[]): Generator<readonly number[]> {
  let from = 0;
  for (let at = 1; at <= order.length; at++) {
    if (at === order.length || scores[order[at] as number] !== scores[order[from] as number]) {
      yield order.slice(from, at);
      from = at;
    }
  }
}
