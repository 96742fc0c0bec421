import { execFileSync, type StdioOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

const INSTALLED = "/usr/lib/postgresql";
const START_WITHIN = 30_000;

export interface PostgresServer {
  /** Address of the database `cmswatch` of the user `cmswatch`. */
  readonly url: string;
  /** Makes an empty database and gives its address. */
  readonly createDatabase: (name: string) => Promise<string>;
  readonly stop: () => Promise<void>;
}

/** Folder with `initdb` and `postgres`, of the newest version that is installed, or null. */
export function postgresPrograms(): string | null {
  const versions = existsSync(INSTALLED) ? readdirSync(INSTALLED) : [];
  const newest = versions.sort((a, b) => Number(b) - Number(a)).map((version) => join(INSTALLED, version, "bin"))[0];
  return newest !== undefined && existsSync(join(newest, "initdb")) ? newest : null;
}

/**
 * Starts a PostgreSQL of its own in a temporary folder, on a free loopback port. Root becomes an unprivileged user first:
 * PostgreSQL refuses to run as root.
 */
export async function startPostgres(programs: string): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), "cmswatch-postgres-"));
  const data = join(folder, "data");
  const identity = unprivileged();
  if (identity !== null) {
    chownSync(folder, identity.uid, identity.gid);
  }
  const options = { ...identity, cwd: folder, stdio: ["ignore", "ignore", "inherit"] satisfies StdioOptions };
  execFileSync(
    join(programs, "initdb"),
    ["-D", data, "-U", "cmswatch", "-A", "trust", "-N", "-E", "UTF8", "--locale=C"],
    options,
  );
  const port = await freePort();
  const server = spawn(
    join(programs, "postgres"),
    ["-D", data, "-p", `${port}`, "-h", "127.0.0.1", "-k", folder, "-c", "log_min_messages=fatal"],
    { ...options, stdio: ["ignore", "ignore", "ignore"] },
  );
  const ended = once(server, "exit");
  const address = (database: string) => `postgres://cmswatch@127.0.0.1:${port}/${database}`;
  const createDatabase = async (name: string) => {
    await run(address("postgres"), `create database "${name}"`);
    return address(name);
  };
  await waitUntilReady(address("postgres"), () => server.exitCode !== null);
  return {
    url: await createDatabase("cmswatch"),
    createDatabase,
    async stop() {
      server.kill("SIGQUIT");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function unprivileged(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) {
    return null;
  }
  const number = (flag: string, name: string) => Number(execFileSync("id", [flag, name], { encoding: "utf8" }));
  return { uid: number("-u", "nobody"), gid: number("-g", "nobody") };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function waitUntilReady(url: string, ended: () => boolean): Promise<void> {
  const deadline = Date.now() + START_WITHIN;
  for (;;) {
    try {
      return await run(url, "select 1");
    } catch (error) {
      if (ended() || Date.now() > deadline) {
        throw new Error("PostgreSQL did not start", { cause: error });
      }
      await sleep(100);
    }
  }
}

async function run(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
