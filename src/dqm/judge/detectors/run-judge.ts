import { median } from "../median.ts";
import { type ReferenceRun, type ReferenceSet, SAMPLE } from "../references.ts";
import type { RunJudge } from "./detector.ts";
import { bestFit, jointEntries, meanSquaredPull, strongestContrast } from "./distance.ts";
import { FINE_GAINS, type ScaledShape, scaledShape } from "./gain.ts";
import { hasGain, type Nearest, shapeWithin, THRESHOLD } from "./nearest.ts";

/** The run's own reference: lumisections that it remembers, and from how many on it counts. */
const OWN_MEMORY = 60;
const LEAST_OWN = 20;
/** It counts only while it is nearer to certified runs than this many thresholds: a fault that grows slowly is not learnt. */
const MOST_AWAY = 3;
/** Raw scores before a lumisection whose median decides with its own whether it is accepted. */
const BEFORE = 10;

/** Slow change: the recent lumisections (weight of the newest) beside the run's slower memory. */
const RECENT_WEIGHT = 0.1;
const SLOW_MEMORY = 150;
const SLOW_SPREAD = 0.02;
const SLOW_THRESHOLD = 20;
/** Widths of the windows, as shares of the bins. */
const SLOW_WIDTHS: readonly number[] = [0.04, 0.08, 0.12, 0.16];
/** The slower memory is prepared again after so many accepted lumisections. */
const REFRESH = 10;

/** A run teaches later ones when so many of its lumisections, and so large a share, were accepted. */
const LEAST_ACCEPTED = 50;
const ACCEPTED_SHARE = 0.7;

/** Judges a run's lumisections in order by certified runs and by the run's own accepted lumisections. */
export function createRunJudge(run: number, set: ReferenceSet, nearest: Nearest): RunJudge {
  const { usual, spread } = nearest;
  const own = slidingShape(OWN_MEMORY);
  const slow = createSlowChange(set, usual, spread);
  const before: number[] = [];
  const accepted = { counts: new Float64Array(set.bins), lumisections: 0, sample: [] as Float64Array[] };
  let judged = 0;
  let ownDistance = Number.POSITIVE_INFINITY;

  function learn(shape: Float64Array, counts: Float64Array): void {
    own.add(shape);
    slow.accept(shape);
    if (own.count() >= LEAST_OWN && (own.count() === LEAST_OWN || accepted.lumisections % REFRESH === 0)) {
      ownDistance = nearest.fit(own.shape(), usual * REFRESH).distance;
    }
    accepted.lumisections++;
    for (let bin = 0; bin < counts.length; bin++) {
      accepted.counts[bin] = (accepted.counts[bin] as number) + (counts[bin] as number);
    }
    if (accepted.sample.length < SAMPLE / 8) {
      accepted.sample.push(counts);
    }
  }

  return {
    next(counts) {
      judged++;
      const { shape, entries } = shapeWithin(counts, usual);
      const certified = nearest.fit(shape, entries);
      let { distance, row, widening, entries: joint } = certified;
      if (own.count() >= LEAST_OWN && ownDistance < MOST_AWAY * THRESHOLD) {
        const ownJoint = jointEntries(entries, usual * own.count());
        const found = meanSquaredPull(shape, own.shape(), ownJoint, spread, 1, distance);
        if (found < distance) {
          [distance, row, widening, joint] = [found, own.shape(), 1, ownJoint];
        }
      }
      const odd = Math.max(distance, nearest.contrast(shape, { row, entries: joint, widening }) * THRESHOLD);
      const score = Math.max(odd, slow.look(shape, odd < THRESHOLD) * THRESHOLD);
      before.push(score);
      before.splice(0, before.length - BEFORE);
      if (Math.sqrt(score * median(before)) < THRESHOLD) {
        learn(shape, counts);
      }
      return { score, gain: hasGain(set) ? certified.gain : null };
    },
    reference(): ReferenceRun | null {
      const { lumisections, counts, sample } = accepted;
      return lumisections >= LEAST_ACCEPTED && lumisections >= ACCEPTED_SHARE * judged
        ? { run, counts, lumisections, sample }
        : null;
    },
  };
}

interface SlidingShape {
  add(shape: Float64Array): void;
  count(): number;
  shape(): Float64Array;
}

/** Mean of the shapes that were added, the newest `memory` weighing most. */
function slidingShape(memory: number): SlidingShape {
  let mean = new Float64Array(0);
  let count = 0;
  return {
    add(shape) {
      count = Math.min(count + 1, memory);
      if (mean.length === 0) {
        mean = Float64Array.from(shape);
        return;
      }
      for (let bin = 0; bin < mean.length; bin++) {
        mean[bin] = (mean[bin] as number) + ((shape[bin] as number) - (mean[bin] as number)) / count;
      }
    },
    count: () => count,
    shape: () => mean,
  };
}

interface SlowChange {
  /** How far the recent lumisections are from the run's slower memory, over the threshold. @param isOrdinary false keeps it out of them */
  look(shape: Float64Array, isOrdinary: boolean): number;
  accept(shape: Float64Array): void;
}

/** Finds regions that change over many lumisections, each step too small to be seen. */
function createSlowChange(set: ReferenceSet, usual: number, spread: Float64Array): SlowChange {
  const widths = [...new Set(SLOW_WIDTHS.map((share) => Math.max(Math.round(share * set.bins), 1)))];
  const memory = slidingShape(SLOW_MEMORY);
  const recentEntries = usual / RECENT_WEIGHT;
  let recent: Float64Array | null = null;
  let scaled: ScaledShape | null = null;
  let refreshIn = LEAST_OWN;
  return {
    look(shape, isOrdinary) {
      const seen =
        recent === null ? shape : recent.map((one, bin) => one + ((shape[bin] as number) - one) * RECENT_WEIGHT);
      if (isOrdinary) {
        recent = seen;
      }
      if (scaled === null) {
        return 0;
      }
      const entries = jointEntries(recentEntries, usual * LEAST_OWN);
      const { row } = bestFit(seen, scaled, entries, spread, SLOW_SPREAD);
      return strongestContrast(seen, row, entries / 2, SLOW_SPREAD, widths) / SLOW_THRESHOLD;
    },
    accept(shape) {
      memory.add(shape);
      refreshIn--;
      if (refreshIn === 0) {
        refreshIn = REFRESH;
        scaled = scaledShape(Float64Array.from(memory.shape()), set.axis, hasGain(set) ? FINE_GAINS : null);
      }
    },
  };
}
