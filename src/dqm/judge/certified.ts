import { type GoldenRanges, lumisectionsIn, rangesOf } from "./golden.ts";
import { type Certification, MOST_RUNS, type ReferenceSet } from "./references.ts";
import type { FinalVerdict } from "./verdicts.ts";

/** Whose word makes a run a reference: nobody's, that of people, or also that of the rule. */
export type Growth = "never" | "people" | "rule";

/** A run that may teach what good data looks like, with the lumisections of it that may. */
export interface CertifiedRun {
  readonly run: number;
  readonly golden: GoldenRanges;
  readonly certification: Certification;
}

/** Shorter runs teach little and may be cut short for a reason. */
const LEAST_LUMISECTIONS = 20;
/** Share of a run's judged lumisections that must be good for the rule. */
const GOOD_SHARE = 0.95;

/**
 * What of a run is certified: the lumisections that people call GOOD; by the rule, where it may speak, all good ones of a run that is
 * good as a whole and in which nobody has called anything bad.
 * @returns null for a run that is no reference
 */
export function certifiedRun(run: number, verdicts: readonly FinalVerdict[], growth: Growth): CertifiedRun | null {
  const good = verdicts.filter(({ status }) => status === "GOOD");
  const byPeople = good.filter(({ by }) => by !== null);
  if (growth === "never") {
    return null;
  }
  if (byPeople.length >= LEAST_LUMISECTIONS) {
    const names = [...new Set(byPeople.map(({ by }) => by))].join(", ");
    return certified(run, byPeople, `${names} called ${byPeople.length} lumisections good`);
  }
  const judged = verdicts.filter(({ status }) => status === "GOOD" || status === "BAD");
  const share = good.length / judged.length;
  const isDisputed = verdicts.some(({ by, status }) => by !== null && status === "BAD");
  return growth === "rule" && !isDisputed && good.length >= LEAST_LUMISECTIONS && share >= GOOD_SHARE
    ? certified(run, good, `the rule: ${(100 * share).toFixed(1)} % of ${judged.length} lumisections are good`)
    : null;
}

function certified(run: number, lumis: readonly FinalVerdict[], because: string): CertifiedRun {
  const ranges = rangesOf(lumis.map(({ lumi }) => lumi));
  const lumisections = ranges.map(([first, last]) => `${first}-${last}`).join(",");
  return { run, golden: new Map([[run, ranges]]), certification: { lumisections, because } };
}

/** What is to change in the references. */
export interface ReferenceChange {
  /** New ones, and those of which other lumisections are certified now. */
  readonly add: readonly CertifiedRun[];
  /** Runs that certification brought and that are not certified any more. */
  readonly remove: readonly number[];
}

/**
 * Compares the references with what is certified among some runs. Runs that somebody trained on, or took out, stay as they are.
 * @param looked runs that were looked at: others keep their place
 */
export function referenceChange(
  sets: readonly ReferenceSet[],
  withheld: readonly number[],
  looked: readonly number[],
  certifiedRuns: readonly CertifiedRun[],
): ReferenceChange {
  const known = new Map(sets.flatMap(({ runs }) => runs.map((one) => [one.run, one.certified ?? null] as const)));
  const lowest = known.size < MOST_RUNS ? 0 : Math.min(...known.keys());
  const wanted = certifiedRuns.filter(({ run }) => !withheld.includes(run) && run >= lowest);
  const isWanted = new Set(wanted.map(({ run }) => run));
  return {
    add: wanted.filter(({ run, certification }) => {
      const before = known.get(run);
      return before === undefined || (before !== null && before.lumisections !== certification.lumisections);
    }),
    remove: looked.filter((run) => known.get(run) != null && !isWanted.has(run)),
  };
}

/** Sentence for the record. */
export function sayCertified({ run, golden, certification }: CertifiedRun): string {
  return `run ${run}: ${lumisectionsIn(golden)} lumisections, ${certification.because}`;
}
