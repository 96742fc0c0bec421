import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copyBetween } from "../../src/cli/service/store-copy.ts";
import { openStore } from "../../src/store/open.ts";
import type { Store } from "../../src/store/store.ts";
import { awaitTurn } from "../../src/store/turn.ts";
import { readBlocks } from "../docs/blocks.ts";
import { anomaly, minute, model } from "../store/samples.ts";
import { type PostgresServer, postgresPrograms, startPostgres } from "./postgres-server.ts";

const programs = postgresPrograms();
const blocks = readBlocks(readFileSync(join(import.meta.dirname, "../../docs/operators.md"), "utf8"));
const work = mkdtempSync(join(tmpdir(), "cmswatch-backup-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const CMSWATCH = `"${process.execPath}" --import tsx "${join(import.meta.dirname, "../../src/main.ts")}"`;

/** The block of docs/operators.md of that name. */
function block(name: string): string {
  const text = blocks.find(({ task, what }) => task === "run" && what === name)?.text;
  expect(text).toBeDefined();
  return text ?? "";
}

/** Runs it. */
function run(name: string, environment: Readonly<Record<string, string>>): void {
  const path = `${programs ?? ""}:${process.env["PATH"]}`;
  execFileSync("sh", ["-euc", block(name)], { cwd: work, env: { ...process.env, PATH: path, ...environment } });
}

async function fill(store: Store): Promise<void> {
  await store.models.save(model("m-1"));
  await store.anomalies.save([anomaly("an-1")]);
  await store.states.put("scorer:dbs", { level: [1, 2.5], times: [17] });
  await store.audit.append({
    at: minute(0),
    actor: "ada",
    via: "web",
    action: "silence",
    subject: "s-1",
    details: {},
  });
  await store.messages.claim("event-1", minute(0));
}

async function readBack(url: string): Promise<unknown> {
  const store = await openStore({ url });
  try {
    const [active] = await store.models.active(model("m-1").entity);
    return {
      models: (await store.models.list()).map(({ id, threshold }) => [id, threshold]),
      bytes: [...(active?.bytes ?? [])],
      anomaly: await store.anomalies.get("an-1"),
      state: await store.states.get("scorer:dbs"),
      audit: (await store.audit.recent(10)).map(({ action }) => action),
      claimedAgain: await store.messages.claim("event-1", minute(1)),
    };
  } finally {
    await store.close();
  }
}

async function expectedOf(url: string): Promise<unknown> {
  const store = await openStore({ url });
  await fill(store);
  await store.close();
  return readBack(url);
}

describe("a backup as docs/operators.md says", () => {
  it("brings a folder back, models and all", { timeout: 300_000 }, async () => {
    const [from, to] = [join(work, "store"), join(work, "restored")];
    const before = await expectedOf(from);
    expect(before).toMatchObject({ models: [["m-1", expect.any(Number)]], claimedAgain: false });
    run("backup-folder", { STORE: from });
    rmSync(from, { recursive: true });
    run("restore-folder", { RESTORED: to });
    expect(await readBack(to)).toEqual(before);
  });

  describe.skipIf(programs === null)(`with PostgreSQL (${programs ?? "not installed"})`, () => {
    let server: PostgresServer;
    beforeAll(async () => {
      server = await startPostgres(programs ?? "");
    });
    afterAll(() => server?.stop());

    it("brings a database back into an empty one", async () => {
      const before = await expectedOf(server.url);
      run("backup-postgres", { DATABASE: server.url });
      const restored = await server.createDatabase("restored");
      run("restore-postgres", { RESTORED: restored });
      expect(await readBack(restored)).toEqual(before);
    });

    it("moves a folder to PostgreSQL and back, and refuses what is filled or in use", {
      timeout: 300_000,
    }, async () => {
      const from = join(work, "small");
      const before = await expectedOf(from);
      const target = await server.createDatabase("grown");
      const copy = (to: string) => {
        const { status, stdout, stderr } = spawnSync(
          "sh",
          ["-euc", `cmswatch() { ${CMSWATCH} "$@"; }\n${block("copy-store")}`],
          {
            encoding: "utf8",
            env: { ...process.env, STORE: from, DATABASE: to },
          },
        );
        return { status, said: `${stdout}${stderr}` };
      };
      expect(copy(target)).toMatchObject({ status: 0, said: expect.stringContaining("counts and contents compared") });
      expect(await readBack(target)).toEqual(before);
      expect(copy(target)).toMatchObject({
        status: 2,
        said: expect.stringContaining("is not empty (it has anomalies"),
      });
      const log = pino({ level: "silent" });
      const busy = { url: target, address: "http://a:8420", signal: new AbortController().signal, log };
      const turn = await awaitTurn({ ...busy, onWaiting: () => {} });
      expect(copy(target)).toMatchObject({ status: 2, said: expect.stringContaining("works on it at http://a:8420") });
      await turn?.release();
      await copyBetween(target, join(work, "back"), { environment: {}, log });
      expect(await readBack(join(work, "back"))).toEqual(before);
      expect(copy(join(work, "small"))).toMatchObject({ status: 2, said: expect.stringContaining("onto itself") });
    });
  });
});
