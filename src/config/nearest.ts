import { distance } from "fastest-levenshtein";

/** Names most like the given one, best first; those of which more than a third differs (at least 2 letters) are left out. */
export function nearestNames(name: string, names: readonly string[], count: number): readonly string[] {
  const wanted = name.toLowerCase();
  return [...new Set(names)]
    .map((candidate) => ({ candidate, away: distance(wanted, candidate.toLowerCase()) }))
    .filter(
      ({ candidate, away }) =>
        isNear(away, Math.max(wanted.length, candidate.length)) || candidate.toLowerCase().startsWith(wanted),
    )
    .sort((left, right) => left.away - right.away)
    .slice(0, count)
    .map(({ candidate }) => candidate);
}

function isNear(away: number, longest: number): boolean {
  return away < longest && away <= Math.max(2, Math.floor(longest / 3));
}
