import { type Answer, isRight } from "../../src/intelligence/learned/folds.ts";

/** Mean over classes of the harmonic mean of precision and recall; a class never guessed and never true counts 0 only if it is true. */
export function macroF1(answers: readonly Answer[]): number {
  const classes = [...new Set(answers.map((answer) => answer.truth))];
  const scores = classes.map((name) => {
    const hit = answers.filter((answer) => answer.truth === name && answer.guess === name).length;
    const guessed = answers.filter((answer) => answer.guess === name).length;
    const known = answers.filter((answer) => answer.truth === name).length;
    return hit === 0 ? 0 : (2 * hit) / (guessed + known);
  });
  return scores.reduce((sum, score) => sum + score, 0) / (classes.length || 1);
}

/** Expected calibration error over ten bins of equal width: how far stated confidence is from what comes true. */
export function calibrationError(answers: readonly Answer[]): number {
  const bins = Array.from({ length: 10 }, (): Answer[] => []);
  for (const answer of answers) {
    bins[Math.min(9, Math.floor(10 * answer.confidence))]?.push(answer);
  }
  return bins.reduce((sum, bin) => {
    const stated = bin.reduce((total, answer) => total + answer.confidence, 0) / (bin.length || 1);
    return sum + (bin.length / (answers.length || 1)) * Math.abs(stated - accuracy(bin));
  }, 0);
}

export function accuracy(answers: readonly Answer[]): number {
  return answers.length === 0 ? 0 : answers.filter(isRight).length / answers.length;
}
