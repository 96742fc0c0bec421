import { totalOf } from "../histogram.ts";
import { type ReferenceRun, type ReferenceSet, usualTotal } from "../references.ts";
import { relativeSpread } from "../spread.ts";
import { type Beta, logRelativeProbability, shareAfter } from "../statistics/beta-binomial.ts";
import { plainDetector } from "./detector.ts";

/** References that a lumisection is compared with one by one; of more, those spread evenly over all runs. */
const MOST_COMPARED = 12;
/** 37 standard deviations: what lies farther off is not told apart. */
const LOWEST = Math.log(1e-300);

/**
 * Beta-binomial pulls, as AutoDQM has them (Brinkerhoff et al.): per bin and reference run the probability of the count
 * relative to the most probable one, averaged over the references, turned into standard deviations of a normal distribution of the
 * same relative density, √(−2 ln p). Unlike there each reference is widened by the learnt spread between runs. Score: mean square.
 */
export const betaBinomialDetector = plainDetector(
  "beta-binomial",
  "mean squared beta-binomial pull to each reference, merged by probability",
  (set) => {
    const spread = relativeSpread(set);
    const most = usualTotal(set);
    const compared = chosen(set);
    const shares = compared.map(({ counts }) => {
      const total = totalOf(counts);
      return Array.from(counts, (count, bin) => shareAfter(count, total, spread[bin] as number));
    });
    return {
      score(counts) {
        const total = totalOf(counts);
        const scale = Math.min(most / total, 1);
        let sum = 0;
        for (let bin = 0; bin < counts.length; bin++) {
          const k = (counts[bin] as number) * scale;
          let probability = 0;
          for (const reference of shares) {
            const share = reference[bin] as Beta;
            probability += Math.exp(Math.max(logRelativeProbability(k, total * scale, share), LOWEST));
          }
          sum += -2 * Math.log(probability / compared.length);
        }
        return sum / counts.length;
      },
    };
  },
);

function chosen({ runs }: ReferenceSet): readonly ReferenceRun[] {
  if (runs.length <= MOST_COMPARED) {
    return runs;
  }
  const step = (runs.length - 1) / (MOST_COMPARED - 1);
  return Array.from({ length: MOST_COMPARED }, (_, i) => runs[Math.round(i * step)] as ReferenceRun);
}
