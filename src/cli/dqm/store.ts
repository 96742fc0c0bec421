import type { Store } from "../../store/store.ts";
import type { CommandContext } from "../command.ts";

/** Opens the store that the configuration names. @throws UserError when it cannot be opened, e.g. while `serve` uses the folder */
export async function openDqmStore(config: string | undefined, context: CommandContext): Promise<Store> {
  const [{ loadConfig }, { openStore }] = await Promise.all([
    import("../../config/load.ts"),
    import("../../store/open.ts"),
  ]);
  return openStore(loadConfig(config ?? null, context.environment).store, { log: context.log });
}
