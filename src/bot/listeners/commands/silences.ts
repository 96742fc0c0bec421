import { silencesMessage } from "../../messages/lists.ts";
import type { Subcommand } from "./subcommand.ts";

/** `/anomaly silences`: active silences, their owners and ends. */
export const silences: Subcommand = async ({ desk, reply }) => {
  const now = desk.clock();
  const { silences: active } = await desk.status.overview(now);
  await reply(silencesMessage(active, now));
};
