import pg from "pg";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { awaitTurn, type Turn } from "../../src/store/turn.ts";
import { type PostgresServer, postgresPrograms, startPostgres } from "./postgres-server.ts";

const programs = postgresPrograms();
const log = pino({ level: "silent" });

/** A replica that wants its turn, with what it heard while waiting. */
function replica(url: string, address: string) {
  const stopping = new AbortController();
  const leaders: (string | null)[] = [];
  const turn = awaitTurn({
    url,
    address,
    signal: stopping.signal,
    log,
    onWaiting: (leader) => leaders.push(leader),
    every: 50,
  });
  return { turn, leaders, stop: () => stopping.abort() };
}

describe.skipIf(programs === null)(`turns on PostgreSQL (${programs ?? "not installed"})`, () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres(programs ?? "");
  });
  afterAll(() => server?.stop());

  it("are one replica's at a time, and the others know its address", async () => {
    const url = await server.createDatabase("turns");
    const all = ["a", "b", "c"].map((name) => replica(url, `http://${name}:8420`));
    const first = await Promise.race(all.map(({ turn }, index) => turn.then((won) => ({ won, index }))));
    const others = all.filter((_, index) => index !== first.index);
    await expect.poll(() => others.every(({ leaders }) => leaders.length > 1)).toBe(true);
    const address = `http://${["a", "b", "c"][first.index]}:8420`;
    expect(new Set(others.flatMap(({ leaders }) => leaders.slice(1)))).toEqual(new Set([address]));
    await first.won?.release();
    const second = (await Promise.race(others.map(({ turn }) => turn))) as Turn;
    expect(second).not.toBeNull();
    for (const { stop } of all) {
      stop();
    }
    await second.release();
    await Promise.all(others.map(({ turn }) => turn.then((won) => won?.release())));
  });

  it("are over when the database ends the session: the next one gets it", async () => {
    const url = await server.createDatabase("cut-off");
    const one = await replica(url, "http://a:1").turn;
    const next = replica(url, "http://b:1");
    await expect.poll(() => next.leaders.at(-1)).toBe("http://a:1");
    const killer = new pg.Client({ connectionString: url });
    await killer.connect();
    await killer.query("select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'");
    await killer.end();
    expect(await one?.lost).toMatch(/terminat|connection/);
    const won = await next.turn;
    expect(won).not.toBeNull();
    await won?.release();
  });

  it("are waited for while the database is away, until somebody says stop", async () => {
    const waiting = replica("postgres://cmswatch@127.0.0.1:1/nothing", "http://a:1");
    await expect.poll(() => waiting.leaders.length).toBeGreaterThan(0);
    expect(waiting.leaders[0]).toBeNull();
    waiting.stop();
    expect(await waiting.turn).toBeNull();
  });
});
