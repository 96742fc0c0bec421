import { randomUUID } from "node:crypto";
import type { Silence } from "../alert/silence.ts";

/** Where intentions are kept. The store's StateRepository is one. */
export interface IntentionStates {
  put(key: string, value: unknown): Promise<void>;
  list<T>(prefix: string): Promise<ReadonlyMap<string, T>>;
  remove(key: string): Promise<void>;
}

/** A silence that is about to be made. JSON; times are ISO. */
interface Intention {
  readonly createdBy: string;
  readonly comment: string;
  readonly endsAt: string;
  readonly at: string;
}

/** What is to be made is written down before it is made, so that a silence without a record is known for ours and undone. */
export interface Intentions {
  /** @returns how to say that the silence is written down, or was never made @throws when it cannot be written: nothing may be made then */
  begin(silence: Pick<Silence, "createdBy" | "comment" | "endsAt">, at: Date): Promise<() => Promise<void>>;
  /** Of a silence without a record: `under way` while it may yet be written down, `left` after that; null for one that we did not intend. */
  judge(now: Date): Promise<(silence: Silence) => "under way" | "left" | null>;
}

const PREFIX = "silence-intention:";
/** Whoever makes one has so long to write it down. */
const UNDER_WAY = 60_000;
const FORGOTTEN_AFTER = 86_400_000;

export function createIntentions(states: IntentionStates): Intentions {
  return {
    async begin({ createdBy, comment, endsAt }, at) {
      const key = PREFIX + randomUUID();
      const intention: Intention = { createdBy, comment, endsAt: endsAt.toISOString(), at: at.toISOString() };
      await states.put(key, intention);
      return () => states.remove(key);
    },
    async judge(now) {
      const known = await states.list<Intention>(PREFIX);
      const ageOf = ({ at }: Intention) => now.getTime() - Date.parse(at);
      for (const [key, intention] of known) {
        if (ageOf(intention) > FORGOTTEN_AFTER) {
          await states.remove(key);
        }
      }
      return (silence) => {
        const found = [...known.values()].find(
          ({ createdBy, comment, endsAt }) =>
            createdBy === silence.createdBy && comment === silence.comment && endsAt === silence.endsAt.toISOString(),
        );
        return found === undefined ? null : ageOf(found) > UNDER_WAY ? "left" : "under way";
      };
    },
  };
}
