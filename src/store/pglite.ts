import { existsSync, fsyncSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { NodeFS } from "@electric-sql/pglite/nodefs";
import { drizzle } from "drizzle-orm/pglite";
import { migrate } from "drizzle-orm/pglite/migrator";
import type { OpenedStore } from "./assemble.ts";
import { assembleStore } from "./assemble.ts";
import { lockFolder } from "./folder-lock.ts";
import { MIGRATIONS, refuseNewerSchema } from "./migrate.ts";

/** As little as `-F` (no fsync) leaves of PGlite's own start parameters, and fsync by the call that reaches our hook. */
const DURABLE = [...PGlite.defaultStartParams.filter((parameter) => parameter !== "-F"), "-c", "wal_sync_method=fsync"];

/**
 * Opens a folder, or makes a new database in it; nobody else may have it open.
 * @param template dump of a data directory to begin with, faster than making one
 * @throws UserError when somebody has it open
 */
export async function openFolder(folder: string, template?: Blob): Promise<OpenedStore> {
  const release = lockFolder(folder);
  try {
    const data = join(folder, "pglite");
    if (!existsSync(data)) {
      await makeDatabase(data, template);
    }
    return await storeOn(await openData(data), folder, release);
  } catch (error) {
    release();
    throw error;
  }
}

function openData(data: string, template?: Blob): Promise<PGlite> {
  const fromTemplate = template === undefined ? {} : { loadDataDir: template };
  return PGlite.create({ fs: new SyncedFolder(data), startParams: DURABLE, ...fromTemplate });
}

/** Makes the database beside its place and moves it there when it is whole: a kill on the way leaves nothing half made. */
async function makeDatabase(data: string, template?: Blob): Promise<void> {
  const unfinished = `${data}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  const client = await openData(unfinished, template);
  await client.close();
  renameSync(unfinished, data);
}

/** A store that is gone with the process, for tests. @param template as for `openFolder` */
export async function openInMemory(template?: Blob): Promise<OpenedStore> {
  const client = await PGlite.create(template === undefined ? {} : { loadDataDir: template });
  return storeOn(client, "memory://", () => {});
}

async function storeOn(client: PGlite, where: string, release: () => void): Promise<OpenedStore> {
  const database = drizzle({ client });
  try {
    await refuseNewerSchema(database, where);
    await migrate(database, MIGRATIONS);
  } catch (error) {
    await client.close();
    throw error;
  }
  return assembleStore(database, async () => {
    await client.close();
    release();
  });
}

/** Emscripten's file system over a folder, with the fsync that it leaves out: an acknowledged write survives a power cut. */
class SyncedFolder extends NodeFS {
  override async init(...[pglite, options]: Parameters<NodeFS["init"]>): ReturnType<NodeFS["init"]> {
    const { emscriptenOpts } = await super.init(pglite, options);
    const addSync = (module: unknown) => {
      (module as EmscriptenModule).NODEFS.stream_ops.fsync = (stream) => {
        fsyncSync(stream.nfd);
        return 0;
      };
    };
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [...(emscriptenOpts.preRun ?? []), addSync] } };
  }
}

interface EmscriptenModule {
  readonly NODEFS: { readonly stream_ops: { fsync?: (stream: { readonly nfd: number }) => number } };
}
