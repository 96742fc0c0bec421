/** How the newest scores are spread; JSON-serialisable. */
export interface DriftState {
  /** Per decile of training's scores, the weight of the points that fell into it. */
  readonly counts: readonly number[];
  /** Weight of the points in `counts`; older ones are forgotten. */
  readonly weight: number;
  /** Points since the beginning, those in alert too. */
  readonly points: number;
  /** Share of raw scores above the level that nine of ten stayed below in training; older ones are forgotten. */
  readonly above: number;
}

/** How long back drift is looked for, and how much of it matters. */
export interface DriftRule {
  /** Points after which half is forgotten. */
  readonly halfLife: number;
  /** Population stability index from which it is drift; 0 switches the test off. */
  readonly limit: number;
}

/** What the test says, with the sentence for people. */
export interface DriftVerdict {
  readonly drifted: boolean;
  /** Population stability index: 0 for the same spread, .1 little, .25 and more much for independent points. */
  readonly index: number;
  readonly because: string;
}

const BINS = 10;
export const NO_DRIFT: DriftState = { counts: new Array<number>(BINS).fill(0), weight: 0, points: 0, above: 0.1 };
/** Neighbouring scores resemble each other: so many count as one that is new. */
const ALIKE = 12;
const FEWEST_POINTS = 240;
/** In training it is a tenth. */
const MOST_ABOVE = 0.5;

/**
 * Takes in one point. In times like those of training each decile gets a tenth of the points. Points in alert say nothing of the
 * spread of ordinary scores, but count as above.
 * @param probability of so high a score in ordinary times, 0 to 1; NaN for a point in alert · @param isAbove the raw score is
 * above the level that nine of ten stayed below in training
 */
export function noteScore(state: DriftState, probability: number, isAbove: boolean, rule: DriftRule): DriftState {
  const keep = 0.5 ** (1 / rule.halfLife);
  const points = state.points + 1;
  const step = Math.max(1 - keep, 1 / points);
  const seen = { points, above: state.above + ((isAbove ? 1 : 0) - state.above) * step };
  if (!Number.isFinite(probability)) {
    return { ...state, ...seen };
  }
  const bin = Math.min(Math.max(Math.floor(probability * BINS), 0), BINS - 1);
  const counts = state.counts.map((count, at) => count * keep + (at === bin ? 1 : 0));
  return { ...seen, counts, weight: state.weight * keep + 1 };
}

/**
 * Compares the spread of the newest scores with that of training: Σ (a − e)·ln(a/e) over the deciles, with half a point added to
 * each, less what chance alone gives for so few independent points.
 */
export function driftOf(state: DriftState, rule: DriftRule): DriftVerdict {
  const index = stabilityIndex(state);
  if (rule.limit === 0 || state.points < Math.max(FEWEST_POINTS, rule.halfLife / 4)) {
    return { drifted: false, index, because: "too few points since training to say" };
  }
  if (state.above >= MOST_ABOVE) {
    const because = `${Math.round(100 * state.above)} % of the scores are above what 90 % stayed below in training`;
    return { drifted: true, index, because };
  }
  const drifted = index >= rule.limit;
  const because = drifted
    ? `scores are spread otherwise than in training: stability index ${figure(index)}, the limit is ${figure(rule.limit)}`
    : `scores are spread much as in training: stability index ${figure(index)}`;
  return { drifted, index, because };
}

/** Population stability index against equal shares, without what chance gives; 0 or more. */
export function stabilityIndex({ counts, weight }: Pick<DriftState, "counts" | "weight">): number {
  if (weight === 0) {
    return 0;
  }
  let sum = 0;
  for (const count of counts) {
    const share = (count + 0.5) / (weight + BINS / 2);
    sum += (share - 1 / BINS) * Math.log(share * BINS);
  }
  const byChance = ((BINS - 1) * ALIKE) / weight;
  return Math.max(sum - byChance, 0);
}

function figure(value: number): string {
  return String(Number(value.toPrecision(2)));
}
