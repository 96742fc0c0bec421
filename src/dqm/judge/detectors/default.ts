import { type LeftOutRun, leftOutScores, prefixed, runBalancedQuantile, unprefixed } from "../left-out.ts";
import type { ReferenceSet } from "../references.ts";
import { autoencoderDetector } from "./autoencoder.ts";
import { betaBinomialDetector } from "./beta-binomial.ts";
import { type Learnt, learntNumbers, type ShapeDetector, type ShapeModel } from "./detector.ts";
import { pcaDetector } from "./pca.ts";
import { pullDetector } from "./pull.ts";
import { kolmogorovDetector } from "./tests.ts";

const STEADY: readonly ShapeDetector[] = [pullDetector, betaBinomialDetector, kolmogorovDetector];
/** They learn the ways in which good data differ: of fewer runs than these they learn too few of them to judge another run. */
const SPANNING: readonly ShapeDetector[] = [pcaDetector, autoencoderDetector];
const SPANNING_RUNS = 5;
/** Scores are compared as logarithms; no detector is believed to be steadier between runs than this. */
const SCALE_FLOOR = 0.5;
/** A score of zero (a shape exactly as expected) has a logarithm too. */
const SMALLEST = 1e-12;

/**
 * Several detectors as one: each one's ln score in units of how it scores good runs that it has not seen (median and upper 84 %
 * spread, every run counting the same), averaged, and raised again: 1 is a usual good lumisection of another run.
 */
export function combined(
  name: string,
  description: string,
  choose: (runs: number) => readonly ShapeDetector[],
): ShapeDetector {
  return {
    name,
    description,
    async learn(set, seed) {
      const members = choose(set.runs.length);
      const parts: Learnt[] = [];
      const leftOut: (readonly LeftOutRun[])[] = [];
      for (const member of members) {
        parts.push(prefixed(await member.learn(set, seed), member.name));
        leftOut.push(await leftOutScores(member, set, seed));
      }
      const scales = leftOut.map(calibrate);
      const calibration = Object.fromEntries(
        members.map((member, at) => [`${member.name}/calibration`, scales[at] ?? []]),
      );
      return { ...Object.assign({}, ...parts), ...calibration, leftOut: combineLeftOut(leftOut, scales) };
    },
    open: (learnt, set) => open(choose(set.runs.length), learnt, set),
  };
}

/** What `default` is: pulls, beta-binomial pulls and KS; PCA and the autoencoder from five certified runs on. */
export const defaultDetector = combined(
  "default",
  "pull, beta-binomial and KS together; from five runs on PCA and the autoencoder too",
  (runs) => (runs < SPANNING_RUNS ? STEADY : [...STEADY, ...SPANNING]),
);

function calibrate(runs: readonly LeftOutRun[]): readonly [number, number] {
  const logs = runs.map(({ run, scores }) => ({ run, scores: scores.map(logOf) }));
  const middle = runBalancedQuantile(logs, 0.5);
  const upper = runBalancedQuantile(logs, 0.84);
  return Number.isFinite(middle) ? [middle, Math.max(upper - middle, SCALE_FLOOR)] : [0, 1];
}

/** The combined scores of left-out lumisections as 101 quantiles, runs counting the same. */
function combineLeftOut(
  members: readonly (readonly LeftOutRun[])[],
  scales: readonly (readonly [number, number])[],
): readonly number[] {
  const [first = []] = members;
  const runs = first.map(({ run, scores }, at) => ({
    run,
    scores: scores.map((_, lumi) =>
      merge(
        members.map((one) => one[at]?.scores[lumi] as number),
        scales,
      ),
    ),
  }));
  return runs.length === 0 ? [] : Array.from({ length: 101 }, (_, percent) => runBalancedQuantile(runs, percent / 100));
}

function merge(scores: readonly number[], scales: readonly (readonly number[])[]): number {
  let sum = 0;
  for (const [at, score] of scores.entries()) {
    const [middle = 0, scale = 1] = scales[at] ?? [];
    sum += (logOf(score) - middle) / scale;
  }
  return Math.exp(sum / scores.length);
}

function open(members: readonly ShapeDetector[], learnt: Learnt, set: ReferenceSet): ShapeModel {
  const scales = members.map(({ name }) => [...learntNumbers(learnt, `${name}/calibration`, 2)]);
  const models = members.map((member) => member.open(unprefixed(learnt, member.name), set));
  return {
    score: (counts) =>
      merge(
        models.map((model) => model.score(counts)),
        scales,
      ),
  };
}

function logOf(score: number): number {
  return Math.log(Math.max(score, SMALLEST));
}
