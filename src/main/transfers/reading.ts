import type { StoredEvent } from "../../rucio/source.ts";
import type { StateRepository } from "../../store/store.ts";

const KEY = "transfers:reading";
const MOST_KNOWN = 200_000;

interface SavedReading {
  /** Unix milliseconds of the newest event. */
  readonly newest: number;
  /** Events within the overlap before it: id and time. */
  readonly known: readonly (readonly [string, number])[];
}

/** Where the reading of events stands. It begins a little before the newest event again, since some are written late. */
export class Reading {
  readonly #states: StateRepository;
  readonly #overlap: number;
  readonly #catchUp: number;
  readonly #known = new Map<string, number>();
  #newest = Number.NEGATIVE_INFINITY;

  /** @param overlap milliseconds that are read again · @param catchUp milliseconds after which older events are left out */
  constructor(states: StateRepository, overlap: number, catchUp: number) {
    this.#states = states;
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

  async restore(): Promise<void> {
    const saved = await this.#states.get<SavedReading>(KEY);
    this.#newest = saved?.newest ?? this.#newest;
    for (const [id, at] of saved?.known ?? []) {
      this.#known.set(id, at);
    }
  }

  async save(): Promise<void> {
    if (Number.isFinite(this.#newest)) {
      await this.#states.put(KEY, { newest: this.#newest, known: [...this.#known] } satisfies SavedReading);
    }
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
