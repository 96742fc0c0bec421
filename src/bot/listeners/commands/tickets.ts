import { ticketsMessage } from "../../messages/lists.ts";
import type { Subcommand } from "./subcommand.ts";

/** `/anomaly tickets`: open tickets and interventions. */
export const tickets: Subcommand = async ({ desk, reply }) => {
  const now = desk.clock();
  const { tickets: open } = await desk.status.overview(now);
  await reply(ticketsMessage(open, now));
};
