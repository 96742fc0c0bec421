import { putOwn } from "../../src/alert/own.ts";

/** How well groups found fit incidents known: pairs, merges, roots. */
export interface GroupingScore {
  readonly events: number;
  readonly incidents: number;
  readonly groups: number;
  /** Of all pairs of events: precision, recall and their harmonic mean. */
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Per kind of incident: F1 of pairs of which at least one event is of that kind. */
  readonly kinds: Readonly<
    Record<
      string,
      {
        readonly f1: number;
        readonly precision: number;
        readonly recall: number;
        readonly incidents: number;
        readonly roots: number;
      }
    >
  >;
  /** Groups that hold events of more than one incident. */
  readonly merged: number;
  /** Incidents whose root event is the root of the group that holds most of the incident. */
  readonly roots: number;
}

export interface JudgedEvent {
  readonly incident: string;
  readonly isRoot: boolean;
  readonly group: string;
  readonly isGroupRoot: boolean;
}

/** Compares groups with the truth. @param kindOf kind of an incident by its id */
export function measureGrouping(events: readonly JudgedEvent[], kindOf: (incident: string) => string): GroupingScore {
  const incidents = indexBy(events, (event) => event.incident);
  const groups = indexBy(events, (event) => event.group);
  const cells = indexBy(events, (event) => `${event.incident}\u0001${event.group}`);
  const pairsOf = (lists: Iterable<readonly JudgedEvent[]>) =>
    [...lists].reduce((sum, list) => sum + pairs(list.length), 0);
  const both = pairsOf(cells.values());
  const total = ratios(both, pairsOf(groups.values()), pairsOf(incidents.values()));
  const kinds: Record<string, GroupingScore["kinds"][string]> = {};
  for (const kind of new Set([...incidents.keys()].map(kindOf))) {
    const own = [...incidents].filter(([incident]) => kindOf(incident) === kind);
    const inKind = pairsOf(
      [...cells].filter(([, list]) => kindOf(list[0]?.incident ?? "") === kind).map(([, list]) => list),
    );
    const found = [...groups.values()].reduce((sum, list) => {
      const others = list.filter((event) => kindOf(event.incident) !== kind).length;
      return sum + pairs(list.length) - pairs(others);
    }, 0);
    const known = pairsOf(own.map(([, list]) => list));
    const roots = own.filter(([, list]) => rootFound(list)).length;
    putOwn(kinds, kind, { ...ratios(inKind, found, known), incidents: own.length, roots });
  }
  return {
    events: events.length,
    incidents: incidents.size,
    groups: groups.size,
    ...total,
    kinds,
    merged: [...groups.values()].filter((list) => new Set(list.map((event) => event.incident)).size > 1).length,
    roots: [...incidents.values()].filter(rootFound).length,
  };
}

function rootFound(incident: readonly JudgedEvent[]): boolean {
  const byGroup = indexBy(incident, (event) => event.group);
  const largest = Math.max(...[...byGroup.values()].map((list) => list.length));
  return incident.some((event) => event.isRoot && event.isGroupRoot && byGroup.get(event.group)?.length === largest);
}

function indexBy<T>(list: readonly T[], keyOf: (entry: T) => string): Map<string, T[]> {
  const index = new Map<string, T[]>();
  for (const entry of list) {
    const key = keyOf(entry);
    index.set(key, [...(index.get(key) ?? []), entry]);
  }
  return index;
}

function pairs(n: number): number {
  return (n * (n - 1)) / 2;
}

/** Without any pair to find, and none found, the result is perfect. */
function ratios(both: number, found: number, known: number) {
  const precision = found === 0 ? 1 : both / found;
  const recall = known === 0 ? 1 : both / known;
  return { precision, recall, f1: precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall) };
}
