import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStore } from "../../src/store/open.ts";
import { storeContract } from "../store/contract.ts";
import { loseNothing } from "../store/kill.ts";
import { minute, trackedTicket } from "../store/samples.ts";
import { type PostgresServer, postgresPrograms, startPostgres } from "./postgres-server.ts";

const programs = postgresPrograms();

describe.skipIf(programs === null)(`the store on PostgreSQL (${programs ?? "not installed"})`, () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres(programs ?? "");
  });
  afterAll(() => server?.stop());

  describe("keeps the contract", () => storeContract(() => openStore({ url: server.url })));

  it("migrates once when eight replicas start together", async () => {
    const url = await server.createDatabase("replicas");
    const stores = await Promise.all(Array.from({ length: 8 }, () => openStore({ url })));
    const rows = await query(url, "select count(*)::int as n from cmswatch_migrations");
    expect(rows[0]?.["n"]).toBeGreaterThan(0);
    expect(await query(url, "select hash from cmswatch_migrations group by hash having count(*) > 1")).toEqual([]);
    const claims = await Promise.all(stores.map((store) => store.messages.claim("event-1", minute(0))));
    expect(claims.filter(Boolean)).toHaveLength(1);
    await Promise.all(stores.map((store) => store.close()));
  });

  it("lets one of four replicas at a time have the active model", async () => {
    const url = await server.createDatabase("models");
    const stores = await Promise.all(Array.from({ length: 4 }, () => openStore({ url })));
    const { model } = await import("../store/samples.ts");
    await Promise.all(stores.flatMap((store, n) => [1, 2, 3].map((m) => store.models.save(model(`m${n}-${m}`)))));
    expect(await stores[0]?.models.active("dbs-1")).toHaveLength(1);
    await Promise.all(stores.map((store) => store.close()));
  });

  it("shows one replica the tickets that another has written", async () => {
    const url = await server.createDatabase("tickets");
    const [one, other] = await Promise.all([openStore({ url }), openStore({ url })]);
    await one.tickets.save([trackedTicket("t1")], []);
    expect(await other.tickets.open("ggus")).toHaveLength(1);
    await one.tickets.save([trackedTicket("t1", { lastSeen: minute(30) })], []);
    expect((await other.tickets.open("ggus"))[0]?.lastSeen).toEqual(minute(30));
    await one.tickets.save([trackedTicket("t1", { resolvedAt: minute(31) })], []);
    expect(await other.tickets.open("ggus")).toEqual([]);
    await Promise.all([one.close(), other.close()]);
  });

  it("is refused when its schema is newer than the program", async () => {
    const url = await server.createDatabase("newer");
    await (await openStore({ url })).close();
    await query(url, "insert into cmswatch_migrations (hash, created_at) values ('future', 9999999999999)");
    await expect(openStore({ url })).rejects.toThrow(/schema is newer than this program/);
  });

  it("says what is wrong with an address, without its password", async () => {
    const refused = openStore({ url: "postgres://someone:hidden@127.0.0.1:1/nothing" });
    await expect(refused).rejects.toThrow(/postgres:\/\/someone@127.0.0.1:1\/nothing: cannot connect to PostgreSQL/);
    await expect(refused).rejects.not.toThrow(/hidden/);
    const unknown = openStore({ url: server.url.replace(/cmswatch$/, "nowhere") });
    await expect(unknown).rejects.toThrow(/database "nowhere" does not exist/);
    await expect(openStore({ url: "postgres://[" })).rejects.toThrow(/store.url: is not an address/);
  });

  it("goes on after its connections were cut", async () => {
    const url = await server.createDatabase("cut");
    const store = await openStore({ url });
    await store.states.put("before", 1);
    await query(url, "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'cmswatch'");
    await expect.poll(() => store.states.get("before").catch(() => "cut")).toBe(1);
    await store.close();
  });

  it("loses nothing acknowledged when the client is killed", async () => {
    const random = () => 1 + Math.floor(Math.random() * 120);
    await loseNothing(await server.createDatabase("killed"), [random(), random(), random(), random()]);
  });
});

async function query(url: string, statement: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}
