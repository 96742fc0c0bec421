import { z } from "zod";
import type { Clock } from "../alert/clock.ts";

/** Sessions that were ended before their time, kept until that time. */
export interface EndedSessions {
  has(id: string): boolean;
  /** Ends a session for all replicas. @param expires when it would end by itself, milliseconds */
  end(id: string, expires: number): Promise<void>;
}

/** Where they are kept beyond a restart; the store's states fit. */
export interface SessionStates {
  get<T>(key: string): Promise<T | null>;
  put(key: string, value: unknown): Promise<void>;
}

const KEY = "web/ended-sessions";
const MOST = 10_000;
const schema = z.array(z.tuple([z.string(), z.number()]));

/** @param states null where nothing outlives the process */
export async function loadEndedSessions(states: SessionStates | null, clock: Clock): Promise<EndedSessions> {
  const known = schema.safeParse((await states?.get(KEY)) ?? []);
  let ended = new Map(known.success ? known.data : []);
  return {
    has: (id) => ended.has(id),
    async end(id, expires) {
      const now = clock().getTime();
      ended = new Map([...ended, [id, expires] as const].filter(([, until]) => until > now).slice(-MOST));
      await states?.put(KEY, [...ended]);
    },
  };
}
