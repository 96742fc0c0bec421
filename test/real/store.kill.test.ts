import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, it } from "vitest";
import { openFolder } from "../../src/store/pglite.ts";
import { loseNothing } from "../store/kill.ts";
import { databaseTemplate } from "../store/memory-store.ts";

const folder = mkdtempSync(join(tmpdir(), "cmswatch-kill-"));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it("loses nothing acknowledged when the process is killed, and takes the dead process's lock over", async () => {
  const random = () => 1 + Math.floor(Math.random() * 120);
  await (await openFolder(folder, await databaseTemplate())).close();
  await loseNothing(folder, [random(), random(), random(), random()]);
}, 120_000);
