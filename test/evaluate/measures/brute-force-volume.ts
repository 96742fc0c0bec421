/** VUS-PR and VUS-ROC as DETECT's definition reads, slowly: every row, every threshold, every window. */
export function bruteForceVolume(labels: readonly number[], scores: readonly number[], window: number) {
  const segments = runs(labels);
  const thresholds = thresholdsOf(scores);
  const areas = Array.from({ length: window + 1 }, (_, width) => areasOf(labels, scores, segments, thresholds, width));
  const mean = (of: (area: { pr: number; roc: number }) => number) =>
    areas.reduce((sum, area) => sum + of(area), 0) / areas.length;
  return { pr: mean(({ pr }) => pr), roc: mean(({ roc }) => roc) };
}

type Run = readonly [from: number, to: number];

function thresholdsOf(scores: readonly number[]): readonly number[] {
  const descending = scores.toSorted((a, b) => b - a);
  return Array.from({ length: 250 }, (_, i) => descending[Math.trunc((i * (scores.length - 1)) / 249)] as number);
}

function areasOf(
  labels: readonly number[],
  scores: readonly number[],
  segments: readonly Run[],
  thresholds: readonly number[],
  width: number,
) {
  const reach = Math.floor(width / 2);
  const soft = labels.map((label, row) => (label > 0 ? 1 : softAt(row, segments, width, reach)));
  const extended = segments.map(
    ([from, to]): Run => [Math.max(from - reach, 0), Math.min(to + reach, labels.length - 1)],
  );
  const merged: [number, number][] = [];
  for (const [from, to] of extended) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last[1]) {
      last[1] = to;
    } else {
      merged.push([from, to]);
    }
  }
  const positives = labels.filter((label) => label > 0).length;
  const points = thresholds.map((threshold) => {
    const predicted = scores.map((score) => score >= threshold);
    const count = predicted.filter(Boolean).length;
    const sum = (of: (row: number) => boolean) =>
      soft.reduce((total, weight, row) => total + (predicted[row] && of(row) ? weight : 0), 0);
    const truePositives = sum(() => true);
    const total = (positives + positives + sum((row) => !((labels[row] as number) > 0))) / 2;
    const hits = merged.filter(([from, to]) => predicted.slice(from, to + 1).some(Boolean)).length;
    return {
      recall: Math.min(truePositives / total, 1) * (hits / merged.length),
      precision: truePositives / count,
      falseRate: (count - truePositives) / (labels.length - total),
    };
  });
  let pr = 0;
  let roc = 0;
  let previous = { recall: 0, falseRate: 0 };
  for (const point of [...points, { recall: 1, precision: 0, falseRate: 1 }]) {
    pr += point.precision * (point.recall - previous.recall);
    roc += ((point.falseRate - previous.falseRate) * (point.recall + previous.recall)) / 2;
    previous = point;
  }
  return { pr, roc };
}

function softAt(row: number, segments: readonly Run[], width: number, reach: number): number {
  const weights = segments.map(([from, to]) => {
    const distance = row < from ? from - row : row - to;
    return distance <= reach ? Math.sqrt(1 - distance / width) : 0;
  });
  return Math.min(
    weights.reduce((sum, weight) => sum + weight, 0),
    1,
  );
}

function runs(labels: readonly number[]): readonly Run[] {
  const starts = labels.flatMap((label, i) => (label > 0 && !((labels[i - 1] ?? 0) > 0) ? [i] : []));
  return starts.map((from) => {
    const end = labels.findIndex((label, i) => i > from && !(label > 0));
    return [from, (end < 0 ? labels.length : end) - 1];
  });
}
