import type { StoredEvent } from "../rucio/source.ts";

const MOST_KNOWN = 200_000;

export interface SavedReading {
  /** Unix milliseconds of the newest event; null before the first. */
  readonly newest: number | null;
  /** Events within the overlap before it: id and time. */
  readonly known: readonly (readonly [string, number])[];
}

/** Where the reading of events stands. It begins a little before the newest event again, since some are written late. */
export class Reading {
  readonly #overlap: number;
  readonly #catchUp: number;
  readonly #known = new Map<string, number>();
  #newest = Number.NEGATIVE_INFINITY;

  /** @param overlap milliseconds that are read again · @param catchUp milliseconds after which older events are left out */
  constructor(overlap: number, catchUp: number) {
    this.#overlap = overlap;
    this.#catchUp = catchUp;
  }

  /** Unix milliseconds from which to read now. */
  from(now: number): number {
    return Math.max(this.#newest - this.#overlap, now - this.#catchUp);
  }

  /** Those of a page that were not read before. */
  fresh(page: readonly StoredEvent[]): readonly StoredEvent[] {
    const fresh = page.filter(({ id }) => !this.#known.has(id));
    for (const { id, at } of fresh) {
      this.#known.set(id, at);
      this.#newest = Math.max(this.#newest, at);
    }
    this.#forget();
    return fresh;
  }

  restore({ newest, known }: SavedReading): void {
    this.#newest = newest ?? this.#newest;
    for (const [id, at] of known) {
      this.#known.set(id, at);
    }
  }

  save(): SavedReading {
    return { newest: Number.isFinite(this.#newest) ? this.#newest : null, known: [...this.#known] };
  }

  #forget(): void {
    for (const [id, at] of this.#known) {
      if (at >= this.#newest - this.#overlap && this.#known.size <= MOST_KNOWN) {
        return;
      }
      this.#known.delete(id);
    }
  }
}
