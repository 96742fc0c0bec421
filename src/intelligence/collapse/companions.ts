import { own, putOwn } from "../../alert/own.ts";
import type { GroupKind } from "../grouping/types.ts";

/** Which alert names storms of a kind brought before. Plain data, bounded. */
export interface CompanionState {
  /** Key → number of storms, and in how many of them each name fired. */
  readonly storms: readonly (readonly [
    string,
    { readonly count: number; readonly names: Readonly<Record<string, number>> },
  ])[];
}

const MAX_KEYS = 500;
const MAX_NAMES = 200;
const USUAL = 0.5;
const MIN_STORMS = 2;

/** Learns which alerts come together: by the kind of storm (any node), and for services by the service. */
export class Companions {
  private readonly storms = new Map<string, { count: number; names: Record<string, number> }>();

  constructor(state: CompanionState | null = null) {
    for (const [key, { count, names }] of state?.storms ?? []) {
      this.storms.set(key, { count, names: { ...names } });
    }
  }

  state(): CompanionState {
    return structuredClone({ storms: [...this.storms] });
  }

  /** Takes note of a storm that is over. */
  learn(kind: GroupKind, subject: string, names: readonly string[]): void {
    const key = keyOf(kind, subject);
    const storm = this.storms.get(key) ?? { count: 0, names: {} };
    storm.count += 1;
    for (const name of new Set(names)) {
      if (own(storm.names, name) !== undefined || Object.keys(storm.names).length < MAX_NAMES) {
        putOwn(storm.names, name, (own(storm.names, name) ?? 0) + 1);
      }
    }
    this.storms.delete(key);
    this.storms.set(key, storm);
    for (const oldest of this.storms.keys()) {
      if (this.storms.size <= MAX_KEYS) {
        break;
      }
      this.storms.delete(oldest);
    }
  }

  /** Names that at least half of the storms like this one brought; none before two were seen. */
  expected(kind: GroupKind, subject: string): readonly string[] {
    const storm = this.storms.get(keyOf(kind, subject));
    if (storm === undefined || storm.count < MIN_STORMS) {
      return [];
    }
    return Object.entries(storm.names)
      .filter(([, seen]) => seen / storm.count >= USUAL)
      .map(([name]) => name);
  }
}

function keyOf(kind: GroupKind, subject: string): string {
  return kind === "service" ? `service:${subject}` : kind;
}
