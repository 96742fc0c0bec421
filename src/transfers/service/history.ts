import type { StateRepository } from "../../store/store.ts";
import type { Finished } from "../model/estimator.ts";
import type { Outcome } from "../model/trial.ts";

/** A transfer that may teach, and what came of the prediction of the model that was live then. */
export interface Taught {
  readonly transfer: Finished;
  readonly given: { readonly version: string; readonly outcome: Outcome } | null;
}

/** Which transfers are stored: their numbers since the first ever, end exclusive. */
export interface SavedHistory {
  readonly first: number;
  readonly end: number;
}

const PREFIX = "transfers:history:";
/** Transfers that are stored as one: only the blocks that have changed are written. */
const BLOCK = 5000;
const NAMES = [
  "activity",
  "source",
  "destination",
  "sourceType",
  "destinationType",
  "protocol",
  "endpoint",
] as const satisfies readonly (keyof Finished)[];

/** Names once each, and per transfer its numbers and where its names are: a tenth of plain objects. */
interface SavedBlock {
  readonly names: readonly string[];
  readonly rows: readonly (readonly number[])[];
}

/** The newest transfers that may teach, numbered as they came; at most a quarter more than `most` of them. */
export class History {
  readonly #most: number;
  readonly #names = new Map<string, string>();
  #rows: Taught[] = [];
  #first = 0;
  #saved: SavedHistory = { first: 0, end: 0 };

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#rows.length;
  }

  /** Number of the next one. */
  get end(): number {
    return this.#first + this.#rows.length;
  }

  add(transfer: Finished, given: Taught["given"]): void {
    const named = Object.fromEntries(NAMES.map((name) => [name, this.#shared(transfer[name])]));
    this.#rows.push({ transfer: { ...transfer, ...named }, given });
    if (this.#rows.length >= this.#most + this.#most / 4) {
      this.#first = this.end - this.#most;
      this.#rows = this.#rows.slice(-this.#most);
    }
  }

  /** The newest before number `end`, oldest first. */
  newest(count: number, end = this.end): readonly Taught[] {
    const until = Math.max(0, end - this.#first);
    return this.#rows.slice(Math.max(0, until - count), until);
  }

  /** The one of a number; undefined when it is forgotten, or has not come yet. */
  at(number: number): Taught | undefined {
    return this.#rows[number - this.#first];
  }

  /** Writes what has changed since; what it returns says which of it counts. */
  async save(states: StateRepository): Promise<SavedHistory> {
    const now = { first: this.#first, end: this.end };
    const from = Math.max(this.#saved.end, this.#first);
    const blocks: [string, SavedBlock][] = [];
    for (let block = Math.floor(from / BLOCK); block * BLOCK < now.end && now.end > from; block++) {
      blocks.push([`${PREFIX}${block}`, this.#pack(block)]);
    }
    for (const [key, value] of blocks) {
      await states.put(key, value);
    }
    return now;
  }

  /** Drops what is stored and counts no more, once it is stored elsewhere that it does not. */
  async tidy(states: StateRepository, saved: SavedHistory): Promise<void> {
    for (let block = blockOf(this.#saved.first); block < blockOf(saved.first); block++) {
      await states.remove(`${PREFIX}${block}`);
    }
    this.#saved = saved;
  }

  async restore(states: StateRepository, saved: SavedHistory): Promise<void> {
    const rows: Taught[] = [];
    let first = saved.end;
    for (let block = blockOf(saved.end - 1); block >= blockOf(saved.first); block--) {
      const stored = await states.get<SavedBlock>(`${PREFIX}${block}`);
      const start = Math.max(saved.first, block * BLOCK);
      const end = Math.min(saved.end, (block + 1) * BLOCK);
      const found = (stored === null ? [] : unpack(stored)).slice(start - block * BLOCK, end - block * BLOCK);
      if (found.length < end - start) {
        break;
      }
      rows.unshift(...found);
      first = start;
    }
    this.#rows = [];
    this.#first = first;
    for (const { transfer, given } of rows) {
      this.add(transfer, given);
    }
    this.#saved = saved;
  }

  /** One text for all transfers that carry the same name. */
  #shared(name: string): string {
    const known = this.#names.get(name);
    if (known === undefined && this.#names.size < this.#most) {
      this.#names.set(name, name);
    }
    return known ?? name;
  }

  /** A block begins with the transfers that are forgotten already as empty rows, so that places keep their numbers. */
  #pack(block: number): SavedBlock {
    const names = new Map<string, number>();
    const place = (name: string) => {
      const known = names.get(name) ?? names.size;
      names.set(name, known);
      return known;
    };
    const rows = Array.from({ length: Math.min(BLOCK, this.end - block * BLOCK) }, (_, i) => {
      const one = this.at(block * BLOCK + i);
      return one === undefined ? [] : packed(one, place);
    });
    return { names: [...names.keys()], rows };
  }
}

function blockOf(number: number): number {
  return Math.max(0, Math.floor(number / BLOCK));
}

function packed({ transfer, given }: Taught, place: (name: string) => number): readonly number[] {
  const { submittedAt, startedAt, bytes, duration } = transfer;
  const own = [submittedAt, startedAt, bytes, duration, ...NAMES.map((name) => place(transfer[name]))];
  if (given === null) {
    return own;
  }
  const { error, pinball, held, score } = given.outcome;
  return [...own, place(given.version), short(error), short(pinball), held ? 1 : 0, short(score)];
}

function unpack({ names, rows }: SavedBlock): readonly Taught[] {
  return rows.map((row) => {
    const [submittedAt = 0, startedAt = 0, bytes = 0, duration = 0] = row;
    const named = NAMES.map((name, at) => [name, names[row[4 + at] as number] ?? ""] as const);
    const own = { submittedAt, startedAt, bytes, duration, outcome: "done", reason: "" } as const;
    const [version, error = 0, pinball = 0, held = 0, score = 0] = row.slice(4 + NAMES.length);
    return {
      transfer: { ...own, ...(Object.fromEntries(named) as Record<(typeof NAMES)[number], string>) },
      given:
        version === undefined
          ? null
          : { version: names[version] ?? "", outcome: { error, pinball, held: held === 1, score } },
    };
  });
}

function short(value: number): number {
  return Number(value.toPrecision(5));
}
