import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { Logger } from "pino";

/** Two numbers that nobody else is likely to lock by. */
const LOCK = [1_668_117_367, 1] as const;
/** With the longest address, `http://[` and 39 characters of IPv6, within the 63 bytes that PostgreSQL keeps of it. */
const NAME = "cmswatch@";
const CONNECT_WITHIN = 10_000;
const ANSWER_WITHIN = 5000;

/** The right to be the one that works. It lasts until the connection to the database is gone. */
export interface Turn {
  /** Resolves with the reason when the right is lost; whoever has it must stop at once. */
  readonly lost: Promise<string>;
  release(): Promise<void>;
}

export interface TurnOptions {
  readonly url: string;
  readonly password?: string | undefined;
  /** Address at which the others reach the one that works. */
  readonly address: string;
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Told while waiting: the address of who works now, or null when that is not known. */
  readonly onWaiting: (leader: string | null) => void;
  /** Milliseconds between two tries, and between two looks whether the connection still lives. */
  readonly every?: number;
}

/**
 * Waits until this process is the one that works, of all that share the database: an advisory lock of the session, so that
 * PostgreSQL itself gives it to another when this process or its connection is gone. The holder's address is the name of
 * its session. Needs a direct connection (no pooling by transaction).
 * @returns null when the signal was aborted first
 */
export async function awaitTurn(options: TurnOptions): Promise<Turn | null> {
  const { signal, log, onWaiting, every = 2000 } = options;
  let failing = false;
  while (!signal.aborted) {
    try {
      const answer = await tryOnce(options, every);
      if ("lost" in answer) {
        return answer;
      }
      failing = false;
      onWaiting(answer.leader);
    } catch (error) {
      if (!failing) {
        log.warn({ reason: (error as Error).message }, "the database cannot be asked whose turn it is; tried again");
      }
      failing = true;
      onWaiting(null);
    }
    await sleep(every, null, { signal }).catch(() => null);
  }
  return null;
}

async function tryOnce(options: TurnOptions, every: number): Promise<Turn | { readonly leader: string | null }> {
  const client = new pg.Client({
    connectionString: options.url,
    ...(options.password === undefined ? {} : { password: options.password }),
    application_name: `${NAME}${options.address}`,
    connectionTimeoutMillis: CONNECT_WITHIN,
    query_timeout: ANSWER_WITHIN,
    keepAlive: true,
  });
  // Without a listener a connection that breaks would end the process.
  client.on("error", () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ won: boolean }>("select pg_try_advisory_lock($1, $2) as won", [...LOCK]);
    if (rows[0]?.won === true) {
      return hold(client, every);
    }
    const leader = await leaderOf(client);
    await client.end();
    return { leader };
  } catch (error) {
    await client.end().catch(() => null);
    throw error;
  }
}

async function leaderOf(client: pg.Client): Promise<string | null> {
  const { rows } = await client.query<{ name: string }>(
    `select application_name as name from pg_stat_activity join pg_locks using (pid)
     where locktype = 'advisory' and granted and classid = $1 and objid = $2 and pg_locks.database = pg_stat_activity.datid
       and datname = current_database()`,
    [...LOCK],
  );
  const name = rows[0]?.name ?? "";
  return name.startsWith(NAME) ? name.slice(NAME.length) : null;
}

function hold(client: pg.Client, every: number): Turn {
  let released = false;
  let lose: (reason: string) => void = () => {};
  const lost = new Promise<string>((resolve) => {
    lose = resolve;
  });
  client.once("error", (error: Error) => lose(error.message));
  client.once("end", () => lose("the connection to the database ended"));
  const look = setInterval(() => {
    client.query("select 1").catch((error: Error) => lose(error.message));
  }, every);
  look.unref();
  return {
    lost: lost.then((reason) => {
      clearInterval(look);
      // After a release there is nothing to lose any more.
      return released ? new Promise<string>(() => {}) : reason;
    }),
    async release() {
      released = true;
      clearInterval(look);
      await client.end().catch(() => null);
    },
  };
}
