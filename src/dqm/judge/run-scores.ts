import type { ShapeScore } from "./detectors/detector.ts";
import type { LumiHistogram } from "./histogram.ts";
import { type LumiScore, lumiScores } from "./lumi-scores.ts";
import type { HistogramModel } from "./model.ts";
import type { Neighbourhood } from "./neighbours.ts";

/** Histograms of a run that are kept whole, to be explained: those that scored worst. */
const MOST_KEPT = 40;
/** A lumisection below the threshold by itself can be bad with its neighbours. */
const KEPT_FROM = 0.5;
const FIRST_SLOTS = 64;

/** Scores of one run, in about twenty bytes a histogram and lumisection, and its worst histograms. */
export interface RunScores {
  /** True when the same counts were scored before. */
  knows(histogram: LumiHistogram): boolean;
  /** Keeps a score; of a lumisection that comes twice the last one counts. */
  add(histogram: LumiHistogram, found: ShapeScore, threshold: number): void;
  /** Histograms × lumisections. */
  size(): number;
  scores(models: ReadonlyMap<string, HistogramModel>, neighbourhood: Neighbourhood): readonly LumiScore[];
  find(lumi: number, name: string): LumiHistogram | null;
}

interface Series {
  scores: Float64Array;
  gains: Float32Array;
  /** Of the counts; NaN where there is no score. */
  marks: Float64Array;
}

/** What was put together last. */
interface Given {
  readonly neighbourhood: Neighbourhood;
  readonly series: number;
  readonly scores: readonly LumiScore[];
}

export function createRunScores(run: number): RunScores {
  const slots = new Map<number, number>();
  const series = new Map<string, Series>();
  const worst: { readonly ratio: number; readonly histogram: LumiHistogram }[] = [];
  let size = 0;
  let given: Given | null = null;
  let changedFrom = Number.POSITIVE_INFINITY;
  return {
    knows(histogram) {
      const slot = slots.get(histogram.lumi);
      const mark = slot === undefined ? undefined : series.get(histogram.name)?.marks[slot];
      return mark !== undefined && mark === markOf(histogram.counts);
    },
    add(histogram, { score, gain }, threshold) {
      const slot = slots.get(histogram.lumi) ?? slots.size;
      slots.set(histogram.lumi, slot);
      const into = roomFor(series.get(histogram.name), slot);
      series.set(histogram.name, into);
      size += Number.isNaN(into.marks[slot]) ? 1 : 0;
      into.scores[slot] = score;
      into.gains[slot] = gain ?? Number.NaN;
      into.marks[slot] = markOf(histogram.counts);
      changedFrom = Math.min(changedFrom, histogram.lumi);
      keepWorst(worst, score / threshold, histogram);
    },
    size: () => size,
    scores(models, neighbourhood) {
      const isSame = given?.neighbourhood === neighbourhood && given.series === series.size;
      // What came before the oldest change, less the reach of its neighbours, is as it was.
      const from = isSame ? changedFrom - neighbourhood.after : 0;
      const ordered = [...slots].filter(([lumi]) => lumi >= from - neighbourhood.before).sort(([a], [b]) => a - b);
      const all = [...series].flatMap(([name, { scores, gains, marks }]) => {
        const known = models.get(name);
        const seen = ordered.filter(([, slot]) => slot < marks.length && !Number.isNaN(marks[slot]));
        return known === undefined
          ? []
          : [
              {
                name,
                threshold: known.threshold,
                lumis: seen.map(([lumi]) => lumi),
                scores: Float64Array.from(seen, ([, slot]) => scores[slot] as number),
                gains: Float32Array.from(seen, ([, slot]) => gains[slot] as number),
              },
            ];
      });
      const before = isSame ? (given?.scores ?? []).filter(({ lumi }) => lumi < from) : [];
      const fresh = lumiScores(run, all, neighbourhood).filter(({ lumi }) => lumi >= from);
      given = { neighbourhood, series: series.size, scores: [...before, ...fresh] };
      changedFrom = Number.POSITIVE_INFINITY;
      return given.scores;
    },
    find: (lumi, name) =>
      worst.find(({ histogram }) => histogram.lumi === lumi && histogram.name === name)?.histogram ?? null,
  };
}

function roomFor(known: Series | undefined, slot: number): Series {
  if (known !== undefined && slot < known.marks.length) {
    return known;
  }
  let length = known?.marks.length ?? FIRST_SLOTS;
  while (length <= slot) {
    length *= 2;
  }
  const larger = {
    scores: new Float64Array(length),
    gains: new Float32Array(length),
    marks: new Float64Array(length).fill(Number.NaN),
  };
  if (known !== undefined) {
    larger.scores.set(known.scores);
    larger.gains.set(known.gains);
    larger.marks.set(known.marks);
  }
  return larger;
}

/** A number that changes with the counts: their sum weighed by place. */
function markOf(counts: Float64Array): number {
  let mark = counts.length;
  for (let bin = 0; bin < counts.length; bin++) {
    mark = (mark * 31 + (counts[bin] as number)) % 4_294_967_291;
  }
  return mark;
}

function keepWorst(
  worst: { readonly ratio: number; readonly histogram: LumiHistogram }[],
  ratio: number,
  histogram: LumiHistogram,
): void {
  const same = worst.findIndex((one) => one.histogram.lumi === histogram.lumi && one.histogram.name === histogram.name);
  if (same >= 0) {
    worst.splice(same, 1);
  }
  if (ratio >= KEPT_FROM && (worst.length < MOST_KEPT || ratio > (worst.at(-1)?.ratio ?? 0))) {
    worst.push({ ratio, histogram });
    worst.sort((a, b) => b.ratio - a.ratio);
    worst.length = Math.min(worst.length, MOST_KEPT);
  }
}
