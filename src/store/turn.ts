import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { Logger } from "pino";

/** Two numbers that nobody else is likely to lock by. */
const LOCK = [1_668_117_367, 1] as const;
/** With the longest address, `http://[` and 39 characters of IPv6, within the 63 bytes that PostgreSQL keeps of it. */
const NAME = "cmswatch@";
/** Names the sessions of a turn's store. */
const SESSION = "cmswatch turn ";
const CONNECT_WITHIN = 10_000;
const ANSWER_WITHIN = 5000;
/** The server ends a session that is silent for so long (ms): takeover is within this, a try and a look. */
const SERVER_WAITS = 14_000;
/** The holder stops before the server gives its turn away, and longer than a short silence of the database (ms). */
const HOLDER_TRUSTS = 11_000;
const RELEASE_WITHIN = 3000;

/** The right to be the one that works. It lasts until the connection to the database is gone. */
export interface Turn {
  /** Greater than that of every turn before. */
  readonly number: number;
  /** False as soon as another may have begun: to be asked before each thing that is sent. A frozen process knows it when it thaws. */
  isHeld(): boolean;
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
    keepAliveInitialDelayMillis: 5000,
  });
  // Without a listener a connection that breaks would end the process.
  client.on("error", () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ won: boolean }>("select pg_try_advisory_lock($1, $2) as won", [...LOCK]);
    if (rows[0]?.won === true) {
      await boundSilence(client);
      return hold(client, await beginTurn(client), every);
    }
    const leader = await leaderOf(client);
    await endWithin(client, RELEASE_WITHIN);
    return { leader };
  } catch (error) {
    await endWithin(client, RELEASE_WITHIN);
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

/** From which on the sessions of earlier turns are ended and refused: they cannot write any more. */
async function beginTurn(client: pg.Client): Promise<number> {
  await client.query("create sequence if not exists cmswatch_turn");
  const { rows } = await client.query<{ number: string }>("select nextval('cmswatch_turn') as number");
  const number = Number(rows[0]?.number);
  await client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and application_name like $1 and application_name <> $2`,
    [`${SESSION}%`, sessionOf(number)],
  );
  return number;
}

/** How the sessions of a turn's store are named, so that the next turn can end them. */
export function sessionOf(turn: number): string {
  return `${SESSION}${turn}`;
}

/** @throws Error when another turn has begun: the session must not be used */
export async function refuseIfOver(client: pg.ClientBase, turn: number): Promise<void> {
  const { rows } = await client.query<{ number: string }>("select last_value as number from cmswatch_turn");
  if (Number(rows[0]?.number) !== turn) {
    throw new Error(`turn ${turn} is over: another replica works`);
  }
}

/**
 * The server ends the session of a holder that is frozen or whose machine is gone: it hears nothing from it. Versions before 14
 * do not know the first setting, and some systems not the others.
 */
async function boundSilence(client: pg.Client): Promise<void> {
  const settings = [
    `idle_session_timeout = ${SERVER_WAITS}`,
    `tcp_user_timeout = ${SERVER_WAITS}`,
    "tcp_keepalives_idle = 5",
    "tcp_keepalives_interval = 3",
    "tcp_keepalives_count = 2",
  ];
  for (const setting of settings) {
    await client.query(`set ${setting}`).catch(() => null);
  }
}

function hold(client: pg.Client, number: number, every: number): Turn {
  let released = false;
  // When the last question was sent that the server answered: it counts its wait from no earlier than that.
  let confirmed = performance.now();
  let asking = false;
  let isLost = false;
  let lose: (reason: string) => void = () => {};
  const lost = new Promise<string>((resolve) => {
    lose = (reason) => {
      isLost = true;
      resolve(reason);
    };
  });
  const silence = () => performance.now() - confirmed;
  client.once("error", (error: Error) => lose(error.message));
  client.once("end", () => lose("the connection to the database ended"));
  const look = setInterval(() => {
    if (silence() > HOLDER_TRUSTS) {
      return lose(`the database has not answered for ${Math.round(silence() / 1000)} s`);
    }
    if (asking) {
      return;
    }
    asking = true;
    const at = performance.now();
    client
      .query("select 1")
      .then(() => {
        confirmed = at;
      })
      // Late is not lost: a connection that is gone ends with an event.
      .catch(() => null)
      .finally(() => {
        asking = false;
      });
  }, every);
  look.unref();
  return {
    number,
    isHeld: () => !isLost && !released && silence() <= HOLDER_TRUSTS,
    lost: lost.then((reason) => {
      clearInterval(look);
      // After a release there is nothing to lose any more.
      return released ? new Promise<string>(() => {}) : reason;
    }),
    async release() {
      released = true;
      clearInterval(look);
      await endWithin(client, RELEASE_WITHIN);
    },
  };
}

/** Ends a connection whose server may be silent. */
async function endWithin(client: pg.Client, milliseconds: number): Promise<void> {
  const isEnded = await Promise.race([
    client.end().then(
      () => true,
      () => true,
    ),
    sleep(milliseconds, false, { ref: false }),
  ]);
  if (!isEnded) {
    (client as unknown as { connection?: { stream?: { destroy(): void } } }).connection?.stream?.destroy();
  }
}
