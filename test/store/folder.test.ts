import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/pglite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStore } from "../../src/store/open.ts";
import { openFolder } from "../../src/store/pglite.ts";
import { databaseTemplate } from "./memory-store.ts";
import { minute, trackedTicket } from "./samples.ts";

describe("a store in a folder", () => {
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "cmswatch-store-"));
    mkdirSync(join(folder, "pglite.unfinished"));
    await (await openFolder(folder, await databaseTemplate())).close();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("is refused to a second opener, by name of the folder, and free again after closing", async () => {
    const store = await openStore({ url: folder });
    await expect(openStore({ url: folder })).rejects.toThrow(/is in use by process \d+/);
    await store.tickets.save([trackedTicket("t1")], []);
    await store.close();
    await store.close();
    const again = await openStore({ url: folder });
    expect((await again.tickets.get("ggus", "t1"))?.firstSeen).toEqual(minute(1));
    await again.close();
  });

  it("is refused when its schema is newer than the program, and left as it was", async () => {
    const client = await PGlite.create(join(folder, "pglite"));
    await drizzle({ client }).execute(
      sql`insert into cmswatch_migrations (hash, created_at) values ('future', 9999999999999)`,
    );
    await client.close();
    await expect(openStore({ url: folder })).rejects.toThrow(/schema is newer than this program/);
    const repaired = await PGlite.create(join(folder, "pglite"));
    await repaired.exec("delete from cmswatch_migrations where hash = 'future'");
    await repaired.close();
    await (await openStore({ url: folder })).close();
  });
});
