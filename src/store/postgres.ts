import { setTimeout as sleep } from "node:timers/promises";
import { drizzle } from "drizzle-orm/node-postgres";
import { migrate } from "drizzle-orm/node-postgres/migrator";
import pg from "pg";
import type { Logger } from "pino";
import { UserError } from "../alert/user-error.ts";
import type { OpenedStore, StoreOptions } from "./assemble.ts";
import { assembleStore } from "./assemble.ts";
import { MIGRATIONS, refuseNewerSchema } from "./migrate.ts";
import { refuseIfOver, sessionOf } from "./turn.ts";

/** Any number that nobody else is likely to lock by: replicas that start together migrate one after the other. */
const MIGRATION_LOCK = 7_246_118_502;
const MOST_CONNECTIONS = 10;
const CONNECT_WITHIN = 10_000;
const STATEMENT_WITHIN = 60_000;
const END_WITHIN = 3000;

/** Opens a PostgreSQL database and brings its schema up to date. @throws UserError when it cannot be reached. */
export async function openPostgres(
  url: string,
  password: string | undefined,
  options: StoreOptions,
): Promise<OpenedStore> {
  const log = options.log ?? null;
  const { turn } = options;
  const where = withoutPassword(url);
  const pool = new pg.Pool({
    connectionString: url,
    ...(password === undefined ? {} : { password }),
    application_name: turn === undefined ? "cmswatch" : sessionOf(turn),
    max: MOST_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_WITHIN,
    statement_timeout: STATEMENT_WITHIN,
    keepAlive: true,
    ...(turn === undefined ? {} : { onConnect: (client: pg.ClientBase) => refuseIfOver(client, turn) }),
  });
  // Without a listener an idle connection that breaks would end the process; the pool makes a new one by itself.
  pool.on("error", (error) => log?.warn({ error: error.message, store: where }, "idle database connection lost"));
  try {
    await prepare(pool, where, log);
  } catch (error) {
    await endWithin(pool);
    throw error;
  }
  return assembleStore(drizzle({ client: pool }), () => endWithin(pool));
}

/** A server that is silent keeps connections open for ever: the program ends without them. */
async function endWithin(pool: pg.Pool): Promise<void> {
  await Promise.race([pool.end(), sleep(END_WITHIN, null, { ref: false })]);
}

async function prepare(pool: pg.Pool, where: string, log: Logger | null): Promise<void> {
  const client = await connect(pool, where);
  try {
    await client.query("set statement_timeout = 0");
    await client.query("select pg_advisory_lock($1)", [MIGRATION_LOCK]);
    const database = drizzle({ client });
    await refuseNewerSchema(database, where);
    await migrate(database, MIGRATIONS);
    const { rows } = await client.query<{ name: string }>(
      "select name from pg_settings where name in ('fsync', 'synchronous_commit') and setting = 'off'",
    );
    for (const { name } of rows) {
      log?.warn(
        { setting: name, store: where },
        "database setting is off: a crash of the server may lose what was saved",
      );
    }
  } finally {
    // Ends the session, and with it the lock and the setting.
    client.release(true);
  }
}

async function connect(pool: pg.Pool, where: string): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw new UserError(
      `cannot connect to PostgreSQL: ${error instanceof Error ? error.message || error.name : String(error)}`,
      where,
      "check that the server runs and that address, user, password and database in store.url are right",
      { cause: error },
    );
  }
}

function withoutPassword(text: string): string {
  try {
    const url = new URL(text);
    url.password = "";
    url.search = "";
    return url.toString();
  } catch {
    throw new UserError("is not an address", "store.url", "write it like postgres://user@host:5432/database");
  }
}
