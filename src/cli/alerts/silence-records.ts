import { UserError } from "../../alert/user-error.ts";
import type { AlertPast, SilenceLedger } from "../../alertmanager/silence-types.ts";
import type { Config } from "../../config/schema.ts";
import { mayHoldStore } from "../../config/store-place.ts";
import type { CommandContext } from "../command.ts";

/** The store's part in silences, where it can be had from here. */
export interface SilenceRecords {
  readonly ledger: SilenceLedger | null;
  readonly past: AlertPast | null;
  close(): Promise<void>;
}

const NOTHING: SilenceRecords = { ledger: null, past: null, close: async () => {} };

/**
 * Opens history and ledger. A folder that does not exist is not made for this, and one that a running cmswatch uses is left
 * to it: that one takes up silences which carry our mark by itself.
 */
export async function openSilenceRecords(config: Config, context: CommandContext): Promise<SilenceRecords> {
  const { url } = config.store;
  if (!mayHoldStore(url)) {
    return NOTHING;
  }
  const { openStore } = await import("../../store/open.ts");
  try {
    const store = await openStore(config.store);
    return { ledger: store.silences, past: store.history, close: () => store.close() };
  } catch (error) {
    if (error instanceof UserError) {
      context.err(`cmswatch: the store is left out (${error.what})\n`);
      return NOTHING;
    }
    throw error;
  }
}
