import type { DqmRange, DqmStatus, LumiVerdict, Overrule } from "../../alert/dqm.ts";
import { contains, type GoldenRanges, rangesOf } from "./golden.ts";
import type { LumiScore } from "./lumi-scores.ts";

/** A verdict with a person's word over it. */
export interface FinalVerdict extends LumiVerdict {
  /** Why, where a person or an exclusion decided; null for the machine's own. */
  readonly reason: string | null;
  readonly by: string | null;
}

/** Longer gaps between lumisections are not filled: they are more likely a wrong number. */
const LONGEST_GAP = 5000;

/** Verdicts of a run: from 1 on bad, NaN standby, gaps not set, and what is excluded is excluded whatever it scores. */
export function judgeRun(
  run: number,
  scores: readonly LumiScore[],
  excluded: GoldenRanges = new Map(),
): readonly LumiVerdict[] {
  const verdicts: LumiVerdict[] = [];
  for (const { lumi, score, histogram, gain, part } of scores) {
    fillGap(verdicts, lumi, (missing) => contains(excluded, run, missing));
    const empty = Number.isNaN(score);
    const judged: DqmStatus = empty ? "STANDBY" : score >= 1 ? "BAD" : "GOOD";
    const status = contains(excluded, run, lumi) ? "EXCLUDED" : judged;
    verdicts.push({
      lumi,
      status,
      score: empty ? null : score,
      histogram,
      ...(gain === null ? {} : { gain }),
      ...(part === null || score < 1 ? {} : { part }),
    });
  }
  return verdicts;
}

function fillGap(verdicts: LumiVerdict[], upTo: number, isExcluded: (lumi: number) => boolean): void {
  const last = verdicts.at(-1)?.lumi;
  if (last === undefined || upTo - last > LONGEST_GAP) {
    return;
  }
  for (let lumi = last + 1; lumi < upTo; lumi++) {
    verdicts.push({ lumi, status: isExcluded(lumi) ? "EXCLUDED" : "NOTSET", score: null, histogram: null });
  }
}

/** Puts people's words over the machine's: the newest that names a lumisection wins; those taken back count no more. */
export function applyOverrules(
  run: number,
  verdicts: readonly LumiVerdict[],
  overrules: readonly Overrule[],
): readonly FinalVerdict[] {
  const counting = overrules
    .filter((one) => one.run === run && one.revokedAt === null)
    .sort((a, b) => b.at.getTime() - a.at.getTime());
  return verdicts.map((verdict) => {
    const word = counting.find(({ first, last }) => first <= verdict.lumi && verdict.lumi <= last);
    return word === undefined
      ? { ...verdict, reason: null, by: null }
      : { ...verdict, status: word.status, reason: word.reason, by: word.by };
  });
}

/** Verdicts as ranges of one status and one origin, with the reason of each. */
export function rangesWithReasons(verdicts: readonly FinalVerdict[]): readonly DqmRange[] {
  const ranges: FinalVerdict[][] = [];
  for (const verdict of verdicts) {
    const current = ranges.at(-1);
    const before = current?.at(-1);
    if (current !== undefined && before !== undefined && belongs(before, verdict)) {
      current.push(verdict);
    } else {
      ranges.push([verdict]);
    }
  }
  return ranges.map((range) => {
    const [first] = range as [FinalVerdict];
    const last = range.at(-1) ?? first;
    return { first: first.lumi, last: last.lumi, status: first.status, reason: reasonOf(range), by: first.by };
  });
}

function belongs(before: FinalVerdict, verdict: FinalVerdict): boolean {
  return (
    verdict.lumi === before.lumi + 1 &&
    verdict.status === before.status &&
    verdict.by === before.by &&
    verdict.reason === before.reason
  );
}

const MACHINE = {
  STANDBY: "no entries in any histogram",
  EXCLUDED: "excluded on purpose",
  NOTSET: "no histogram came for it",
} as const;

function reasonOf(range: readonly FinalVerdict[]): string {
  const [first] = range as [FinalVerdict];
  if (first.reason !== null) {
    return first.reason;
  }
  if (first.status !== "BAD" && first.status !== "GOOD") {
    return MACHINE[first.status];
  }
  const worst = range.reduce((most, one) => ((one.score ?? 0) > (most.score ?? 0) ? one : most));
  const score = `${(worst.score ?? 0).toPrecision(3)} at lumisection ${worst.lumi}, 1 is bad${gainOf(range)}`;
  if (first.status === "GOOD") {
    return `as certified runs are (highest score ${score})`;
  }
  return `unlike certified runs in ${whereOf(range, worst)} (score up to ${score})`;
}

/** The part of the detector that is wrong, else the histograms. */
function whereOf(range: readonly FinalVerdict[], worst: FinalVerdict): string {
  const names = [...new Set(range.flatMap(({ histogram }) => (histogram === null ? [] : [histogram])))];
  const { part, histogram } = worst;
  return part === undefined || part.histograms === 1
    ? list(names)
    : `${part.name}: ${part.over === 10 ? "10 or more" : part.over} of ${part.histograms} histograms, worst ${histogram}`;
}

/** Scales of the axis that were fitted, where they are not those of the references. */
function gainOf(range: readonly FinalVerdict[]): string {
  const gains = range.flatMap(({ gain }) => (gain === undefined ? [] : [gain])).sort((a, b) => a - b);
  const [low, high] = [gains[0] ?? 1, gains.at(-1) ?? 1];
  if (Math.abs(Math.log(low)) < LEAST_GAIN && Math.abs(Math.log(high)) < LEAST_GAIN) {
    return "";
  }
  return `; axis scale ${low === high ? low.toFixed(2) : `${low.toFixed(2)} to ${high.toFixed(2)}`} of the reference`;
}

/** A change of the axis scale that is told, on a logarithmic scale. */
const LEAST_GAIN = 0.05;

function list(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(", ");
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}

/** The good lumisections of all runs: what a certification JSON holds. */
export function goldenOf(runs: ReadonlyMap<number, readonly LumiVerdict[]>): GoldenRanges {
  const good = [...runs].map(
    ([run, verdicts]) =>
      [run, rangesOf(verdicts.filter(({ status }) => status === "GOOD").map(({ lumi }) => lumi))] as const,
  );
  return new Map(good.filter(([, ranges]) => ranges.length > 0).sort(([a], [b]) => a - b));
}

/** How many lumisections have each status. */
export function countStatuses(verdicts: readonly LumiVerdict[]): Readonly<Record<DqmStatus, number>> {
  const counts = { GOOD: 0, BAD: 0, STANDBY: 0, EXCLUDED: 0, NOTSET: 0 };
  for (const { status } of verdicts) {
    counts[status]++;
  }
  return counts;
}
