import { distance } from "fastest-levenshtein";

/**
 * The words nearest to a mistyped one, best first: those that begin with it or hold it, then those a few letters away
 * (a third of its length, at least one, at most three).
 */
export function nearest(word: string, known: readonly string[], limit = 3): readonly string[] {
  const wanted = word.toLowerCase();
  const reach = Math.min(3, Math.max(1, Math.floor(wanted.length / 3)));
  return known
    .map((candidate) => ({ candidate, far: farness(wanted, candidate.toLowerCase(), reach) }))
    .filter(({ far }) => far <= reach)
    .sort((left, right) => left.far - right.far || left.candidate.localeCompare(right.candidate))
    .slice(0, limit)
    .map(({ candidate }) => candidate);
}

function farness(wanted: string, candidate: string, reach: number): number {
  if (wanted.length >= 2 && candidate.startsWith(wanted)) {
    return 0.5;
  }
  if (wanted.length >= 3 && candidate.includes(wanted)) {
    return 0.75;
  }
  // A word much longer or shorter than the reach cannot be that near: spare the computation on long input.
  return Math.abs(wanted.length - candidate.length) > reach ? Number.POSITIVE_INFINITY : distance(wanted, candidate);
}
