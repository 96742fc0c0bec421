import type { Clock } from "../../alert/clock.ts";
import { endOf } from "../../transfers/model/transfer.ts";
import type { EventSource, StoredEvent } from "../../transfers/rucio/source.ts";
import { type PlantedFault, storageNames, toEvent, transferStream } from "./generator.ts";

const SEED = 11;
const HOUR = 3600;
const HISTORY = 1 * HOUR;
const RATE = 3;
const SITES = 12;
const PAGE = 1000;
const MOST_KEPT = 20_000;
const MOST_FAULTS = 20;
/** Seconds that slow transfers go on being begun. */
const LASTS = 6 * 60;

/** A Rucio that does not exist: hours of past transfers, and new ones as time goes by. */
export interface SimulatedRucio {
  readonly source: EventSource;
  /** Makes transfers from and to one storage element slow from now on, for some minutes. @returns its name */
  slow(now: Date): string;
}

/** @param since when the past begins; the same past for the same time */
export function createSimulatedRucio(clock: Clock): SimulatedRucio {
  const faults: PlantedFault[] = [];
  const start = Math.floor(clock().getTime() / 1000) - HISTORY;
  const stream = transferStream({ seed: SEED, start, rate: RATE, sites: SITES, faults });
  let events: StoredEvent[] = [];
  let made = 0;
  let next = stream.next().value;
  const catchUp = (now: number) => {
    while (next !== undefined && endOf(next) <= now) {
      events.push({ id: `${start}-${made++}`, at: 1000 * endOf(next), document: toEvent(next) });
      next = stream.next().value;
    }
    events = events.slice(-MOST_KEPT);
  };
  return {
    source: {
      name: "simulated Rucio",
      async *since(from, signal) {
        catchUp(clock().getTime() / 1000);
        const wanted = events.filter(({ at }) => at >= from);
        for (let begin = 0; begin < wanted.length; begin += PAGE) {
          signal.throwIfAborted();
          yield wanted.slice(begin, begin + PAGE);
        }
      },
    },
    slow(now) {
      const storage = storageNames(SITES)[1] as string;
      const from = now.getTime() / 1000;
      faults.push({ from, until: from + LASTS, storage, slower: 4 });
      faults.splice(0, faults.length - MOST_FAULTS);
      return storage;
    },
  };
}
