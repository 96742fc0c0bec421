import { spawn } from "node:child_process";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import pg from "pg";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openPostgres } from "../../src/store/postgres.ts";
import { awaitTurn, type Turn } from "../../src/store/turn.ts";
import { type PostgresServer, postgresPrograms, startPostgres } from "./postgres-server.ts";

const programs = postgresPrograms();
const log = pino({ level: "silent" });

/** Passes bytes between PostgreSQL and its clients, or holds them back. */
async function startRelay(url: string) {
  const { hostname, port } = new URL(url);
  const sockets: Socket[] = [];
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    sockets.push(client, upstream);
    client.pipe(upstream).pipe(client);
    client.on("error", () => upstream.destroy());
    upstream.on("error", () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const through = new URL(url);
  through.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: through.href,
    pause() {
      for (const socket of sockets) {
        socket.pause();
      }
    },
    resume() {
      for (const socket of sockets) {
        socket.resume();
      }
    },
    stop() {
      for (const socket of sockets) {
        socket.destroy();
      }
      server.close();
    },
  };
}

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

  it("pass within 20 s from a holder that is frozen, which can neither write nor believe that it holds its turn", async () => {
    const url = await server.createDatabase("frozen");
    const script = [
      `import { awaitTurn } from ${JSON.stringify(new URL("../../src/store/turn.ts", import.meta.url).pathname)};`,
      `import { openPostgres } from ${JSON.stringify(new URL("../../src/store/postgres.ts", import.meta.url).pathname)};`,
      "const log = { warn() {}, info() {} };",
      `const turn = await awaitTurn({ url: ${JSON.stringify(url)}, address: "http://a:1", signal: new AbortController().signal, log, onWaiting() {}, every: 1000 });`,
      `const store = await openPostgres(${JSON.stringify(url)}, undefined, { turn: turn.number });`,
      'await store.states.put("by", "frozen");',
      'console.log("works");',
      'process.on("SIGUSR2", async () => {',
      '  const wrote = await store.states.put("by", "thawed").then(() => "wrote", () => "refused");',
      '  console.log(wrote + " " + turn.isHeld());',
      "  process.exit();",
      "});",
    ].join("\n");
    const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let said = "";
    child.stdout.on("data", (chunk) => {
      said += chunk;
    });
    await expect.poll(() => said, { timeout: 60_000 }).toContain("works");
    child.kill("SIGSTOP");
    const begun = Date.now();
    const next = await replica(url, "http://b:1").turn;
    expect(Date.now() - begun).toBeLessThan(20_000);
    const store = await openPostgres(url, undefined, { turn: next?.number });
    await store.states.put("by", "next");
    child.kill("SIGUSR2");
    child.kill("SIGCONT");
    await expect.poll(() => said, { timeout: 20_000 }).toContain("refused false");
    expect(await store.states.get("by")).toBe("next");
    await store.close();
    await next?.release();
  }, 120_000);

  it("survive a silence of the database of five seconds", async () => {
    const url = await server.createDatabase("silent");
    const relay = await startRelay(url);
    const turn = await replica(relay.url, "http://a:1").turn;
    relay.pause();
    await new Promise((resolve) => setTimeout(resolve, 5500));
    relay.resume();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(turn?.isHeld()).toBe(true);
    relay.pause();
    expect(await turn?.lost).toContain("has not answered for");
    const begun = Date.now();
    await turn?.release();
    expect(Date.now() - begun).toBeLessThan(10_000);
    relay.stop();
  }, 60_000);

  it("are waited for while the database is away, until somebody says stop", async () => {
    const waiting = replica("postgres://cmswatch@127.0.0.1:1/nothing", "http://a:1");
    await expect.poll(() => waiting.leaders.length).toBeGreaterThan(0);
    expect(waiting.leaders[0]).toBeNull();
    waiting.stop();
    expect(await waiting.turn).toBeNull();
  });
});
