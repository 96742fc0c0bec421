import { totalOf } from "../histogram.ts";
import { type ReferenceRun, type ReferenceSet, usualTotal } from "../references.ts";
import { relativeSpread } from "../spread.ts";
import { type Beta, logOdds, logPeak, logWays, shareAfter } from "../statistics/beta-binomial.ts";
import { plainDetector } from "./detector.ts";

/** References that a lumisection is compared with one by one; of more, those spread evenly over all runs. */
const MOST_COMPARED = 12;
/** 37 standard deviations: what lies farther off is not told apart. */
const LOWEST = Math.log(1e-300);
/** Rungs are a hundredth apart. */
const LOG_RUNG = Math.log(0.99);
const MOST_REMEMBERED = 1e6;

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
    const ladder = entriesLadder(most, shares);
    return {
      score(counts) {
        const total = totalOf(counts);
        const { entries, peaks } = ladder(total);
        let sum = 0;
        let at = 0;
        for (let bin = 0; bin < counts.length; bin++) {
          const k = ((counts[bin] as number) * entries) / total;
          const ways = logWays(k, entries);
          let probability = 0;
          for (const reference of shares) {
            const relative = ways + logOdds(k, entries, reference[bin] as Beta) - (peaks[at++] as number);
            probability += Math.exp(Math.min(Math.max(relative, LOWEST), 0));
          }
          sum += -2 * Math.log(probability / compared.length);
        }
        return sum / counts.length;
      },
    };
  },
);

interface Rung {
  readonly entries: number;
  /** What each bin and reference is most probably worth with so many entries, bin by bin. */
  readonly peaks: Float64Array;
}

/**
 * Entries beyond `most` add no certainty, and those below are taken for the next whole rung: what is most probable is the
 * same for all lumisections of a rung, and is worked out once. At most a million numbers are remembered.
 */
function entriesLadder(most: number, shares: readonly (readonly Beta[])[]): (total: number) => Rung {
  const bins = shares[0]?.length ?? 0;
  const room = Math.max(1, Math.floor(MOST_REMEMBERED / Math.max(1, bins * shares.length)));
  const known = new Map<number, Rung>();
  return (total) => {
    const step = total >= most ? 0 : Math.ceil(Math.log(total / most) / LOG_RUNG - 1e-9);
    let rung = known.get(step);
    if (rung === undefined) {
      const entries = most * Math.exp(step * LOG_RUNG);
      const peaks = new Float64Array(bins * shares.length);
      for (let bin = 0, at = 0; bin < bins; bin++) {
        for (const reference of shares) {
          peaks[at++] = logPeak(entries, reference[bin] as Beta);
        }
      }
      rung = { entries, peaks };
      if (known.size >= room) {
        known.delete(known.keys().next().value as number);
      }
      known.set(step, rung);
    }
    return rung;
  };
}

function chosen({ runs }: ReferenceSet): readonly ReferenceRun[] {
  if (runs.length <= MOST_COMPARED) {
    return runs;
  }
  const step = (runs.length - 1) / (MOST_COMPARED - 1);
  return Array.from({ length: MOST_COMPARED }, (_, i) => runs[Math.round(i * step)] as ReferenceRun);
}
