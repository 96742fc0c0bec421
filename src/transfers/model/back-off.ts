import { type NearSums, Recent } from "./recent.ts";
import { sizeKernel } from "./size-curve.ts";
import { linkOf, siteOf, type Transfer, UNKNOWN } from "./transfer.ts";

/** One level of what transfers may have in common, from everything to the link. */
export interface Level {
  readonly name: string;
  /** Key of a transfer on this level; null where it has none (an unknown site). */
  readonly keyOf: (transfer: Transfer) => string | null;
  /** Weight, in transfers, of what the coarser levels say: for the middle, and for the spread. */
  readonly prior: number;
  readonly scalePrior: number;
  /** Transfers kept per key, and keys kept. */
  readonly capacity: number;
  readonly mostKeys: number;
}

const known = (name: string, key: string) => (name === UNKNOWN ? null : key);

/** Decades of bytes within which transfers tell of each other. */
const BANDWIDTH = 1.2;
const KERNEL = sizeKernel(BANDWIDTH);

/** Coarse to fine. The priors grow with the number of transfers that a level usually has. */
export const LEVELS: readonly Level[] = [
  { name: "all", keyOf: () => "", prior: 5, scalePrior: 20, capacity: 1024, mostKeys: 1 },
  {
    name: "activity and destination",
    keyOf: ({ activity, destination }) => known(destination, `${activity}|${destination}`),
    prior: 5,
    scalePrior: 5,
    capacity: 256,
    mostKeys: 5000,
  },
  {
    name: "destination",
    keyOf: ({ destination }) => known(destination, destination),
    prior: 5,
    scalePrior: 5,
    capacity: 256,
    mostKeys: 2000,
  },
  {
    name: "source",
    keyOf: ({ source }) => known(source, source),
    prior: 2.5,
    scalePrior: 5,
    capacity: 256,
    mostKeys: 2000,
  },
  {
    name: "sites",
    keyOf: ({ source, destination }) =>
      source === UNKNOWN ? null : known(destination, `${siteOf(source)}|${siteOf(destination)}`),
    prior: 2.5,
    scalePrior: 5,
    capacity: 128,
    mostKeys: 20_000,
  },
  {
    name: "link",
    keyOf: (transfer) => (transfer.source === UNKNOWN ? null : known(transfer.destination, linkOf(transfer))),
    prior: 1.5,
    scalePrior: 3,
    capacity: 128,
    mostKeys: 40_000,
  },
];

/** Seconds that the kept transfers of a busy key shall cover. */
const SPAN = 1800;

/** The latest transfers per key of one level; the key unused for longest goes when there are too many. */
export class LevelMemory {
  readonly level: Level;
  readonly #byKey = new Map<string, Recent>();

  constructor(level: Level) {
    this.level = level;
  }

  get keys(): number {
    return this.#byKey.size;
  }

  add(transfer: Transfer, end: number, bin: number, residual: number, squaredError: number): void {
    const key = this.level.keyOf(transfer);
    if (key === null) {
      return;
    }
    const recent = this.#byKey.get(key) ?? new Recent(this.level.capacity, SPAN);
    this.#byKey.delete(key);
    this.#byKey.set(key, recent);
    if (this.#byKey.size > this.level.mostKeys) {
      const [oldest] = this.#byKey.keys();
      this.#byKey.delete(oldest as string);
    }
    recent.add(transfer.startedAt, end, bin, residual, squaredError);
  }

  /** Sums near a transfer that begins at `at`; zero where nothing is known. */
  near(sums: NearSums, transfer: Transfer, at: number, bin: number): void {
    const key = this.level.keyOf(transfer);
    const recent = key === null ? undefined : this.#byKey.get(key);
    if (recent === undefined) {
      sums.weight = 0;
      sums.residual = 0;
      sums.error = 0;
    } else {
      recent.near(sums, at, bin, KERNEL);
    }
  }

  /** What was over at `since` or later; keys without any are left out. */
  save(since: number): [string, number[][]][] {
    return [...this.#byKey].flatMap(([key, recent]) => {
      const rows = recent.rows().filter(([, end = 0]) => end >= since);
      return rows.length === 0 ? [] : [[key, rows]];
    });
  }

  /** Fills an empty memory with what `save` gave. */
  restore(saved: readonly (readonly [string, readonly (readonly number[])[]])[]): void {
    for (const [key, rows] of saved) {
      const recent = new Recent(this.level.capacity, SPAN);
      for (const [start = 0, end = 0, bin = 0, residual = 0, error = 0] of rows) {
        recent.add(start, end, bin, residual, error);
      }
      this.#byKey.set(key, recent);
    }
  }
}
