import type { Config } from "../config/schema.ts";
import { isServerUrl } from "../config/store-place.ts";
import type { OpenedStore, StoreOptions } from "./assemble.ts";

/**
 * Opens the store that the configuration names, with its schema up to date: PGlite in a folder, or PostgreSQL.
 * Only the driver that is used is loaded.
 * @throws UserError when the folder is in use, the server cannot be reached, or the schema is newer than this program.
 */
export async function openStore(
  config: Pick<Config["store"], "url" | "password">,
  options: StoreOptions = {},
): Promise<OpenedStore> {
  if (isServerUrl(config.url)) {
    const { openPostgres } = await import("./postgres.ts");
    return openPostgres(config.url, config.password, options);
  }
  const { openFolder } = await import("./pglite.ts");
  return openFolder(config.url);
}
