import type { Scorer } from "../detector.ts";
import type { Frame } from "../frame.ts";
import { seededRandom } from "../math/random.ts";
import { quantileSorted } from "../math/statistics.ts";
import { type Arrays, arrayDetector, learntArray, stateArray } from "./array-detector.ts";
import { fitScaler } from "./scaler.ts";

/** Smoothed differences of the newest rows that describe a metric's behaviour at a row. */
const LAGS = 6;
const SMOOTH = 3;
/** Values needed for the newest LAGS smoothed differences. */
const MEMORY = LAGS + SMOOTH;
const CLUSTERS = 2;
const ROUNDS = 20;
const MAX_SAMPLES = 4000;
const USUAL = 0.99;

/**
 * Each metric's recent smoothed differences against two clusters of those of history.
 * The idea of netdata's per-dimension models, learnt from its documentation; its bits are replaced by distances.
 */
export const kmeans = arrayDetector({
  name: "kmeans",
  description: "each metric's recent changes against clusters of its past changes, as netdata does",
  format: 1,
  maxMetrics: 20_000,
  fit: (train, { seed }) => fitClusters(train, seed),
  scorer: (learnt, metrics, state) => createScorer(learnt, metrics.length, state),
});

function fitClusters(train: Frame, seed: number): Arrays {
  const scaler = fitScaler(train);
  const size = train.metrics.length;
  const centres = new Float64Array(size * CLUSTERS * LAGS);
  const usual = new Float64Array(size);
  const random = seededRandom(seed);
  const step = Math.max(1, Math.floor((train.rows - MEMORY) / MAX_SAMPLES));
  const window = new Float64Array(MEMORY);
  for (let metric = 0; metric < size; metric++) {
    const samples: Float64Array[] = [];
    for (let row = MEMORY - 1; row < train.rows; row += step) {
      for (let back = 0; back < MEMORY; back++) {
        const value = train.values[(row - MEMORY + 1 + back) * size + metric] as number;
        const z = (value - (scaler.mean[metric] as number)) / (scaler.scale[metric] as number);
        window[back] = Number.isFinite(z) ? z : (window[back - 1] ?? 0);
      }
      samples.push(featuresOf(window, 0, new Float64Array(LAGS)));
    }
    const found = cluster(samples, random);
    centres.set(found, metric * CLUSTERS * LAGS);
    const distances = Float64Array.from(samples, (sample) => nearest(sample, found, 0)).sort();
    usual[metric] = Math.max(quantileSorted(distances, USUAL), 1e-3);
  }
  return { ...scaler, centres, usual };
}

/** Differences of consecutive values, each the mean of three, newest last. `values` from `start` on is MEMORY long. */
function featuresOf(values: Float64Array, start: number, features: Float64Array): Float64Array {
  for (let lag = 0; lag < LAGS; lag++) {
    features[lag] = ((values[start + lag + SMOOTH] as number) - (values[start + lag] as number)) / SMOOTH;
  }
  return features;
}

/** Lloyd's algorithm from the first and a random sample. */
function cluster(samples: readonly Float64Array[], random: () => number): Float64Array {
  const centres = new Float64Array(CLUSTERS * LAGS);
  for (let k = 0; k < CLUSTERS && samples.length > 0; k++) {
    centres.set(samples[Math.floor(random() * samples.length)] as Float64Array, k * LAGS);
  }
  for (let round = 0; round < ROUNDS; round++) {
    const sums = new Float64Array(CLUSTERS * LAGS);
    const counts = new Float64Array(CLUSTERS);
    for (const sample of samples) {
      const k = nearestIndex(sample, centres, 0);
      counts[k] = (counts[k] as number) + 1;
      for (let i = 0; i < LAGS; i++) {
        sums[k * LAGS + i] = (sums[k * LAGS + i] as number) + (sample[i] as number);
      }
    }
    for (let at = 0; at < sums.length; at++) {
      const count = counts[Math.floor(at / LAGS)] as number;
      centres[at] = count > 0 ? (sums[at] as number) / count : (centres[at] as number);
    }
  }
  return centres;
}

function nearestIndex(sample: Float64Array, centres: Float64Array, start: number): number {
  let best = 0;
  for (let k = 1; k < CLUSTERS; k++) {
    if (distance(sample, centres, start + k * LAGS) < distance(sample, centres, start + best * LAGS)) {
      best = k;
    }
  }
  return best;
}

function nearest(sample: Float64Array, centres: Float64Array, start: number): number {
  return Math.sqrt(distance(sample, centres, start + nearestIndex(sample, centres, start) * LAGS));
}

function distance(sample: Float64Array, centres: Float64Array, start: number): number {
  let sum = 0;
  for (let i = 0; i < LAGS; i++) {
    sum += ((sample[i] as number) - (centres[start + i] as number)) ** 2;
  }
  return sum;
}

function createScorer(learnt: Arrays, size: number, state: unknown): Scorer {
  const mean = learntArray(learnt, "mean", size);
  const scale = learntArray(learnt, "scale", size);
  const centres = learntArray(learnt, "centres", size * CLUSTERS * LAGS);
  const usual = learntArray(learnt, "usual", size);
  const memory =
    state == null ? new Float64Array(size * MEMORY).fill(Number.NaN) : stateArray(state, "memory", size * MEMORY);
  const features = new Float64Array(LAGS);
  const contributions = new Float64Array(size);
  const expected = new Float64Array(size);
  return {
    push: (row) => {
      let sum = 0;
      for (let i = 0; i < size; i++) {
        const start = i * MEMORY;
        const newest = remember(memory, start, ((row[i] as number) - (mean[i] as number)) / (scale[i] as number));
        expected[i] = (mean[i] as number) + (memory[start + MEMORY - 2] as number) * (scale[i] as number);
        const distance = nearest(featuresOf(memory, start, features), centres, i * CLUSTERS * LAGS);
        const share = newest ? distance / (usual[i] as number) : 0;
        contributions[i] = share * share;
        sum += share * share;
      }
      return { score: Math.sqrt(sum / size), contributions, expected };
    },
    state: () => ({ memory: Array.from(memory) }),
  };
}

/** Shifts a metric's memory by one value; a missing one repeats the last. Gives false where there is nothing yet. */
function remember(memory: Float64Array, start: number, value: number): boolean {
  const last = memory[start + MEMORY - 1] as number;
  const newest = Number.isFinite(value) ? value : last;
  if (Number.isNaN(newest)) {
    return false;
  }
  memory.copyWithin(start, start + 1, start + MEMORY);
  memory[start + MEMORY - 1] = newest;
  if (Number.isNaN(last)) {
    memory.fill(newest, start, start + MEMORY);
  }
  return true;
}
