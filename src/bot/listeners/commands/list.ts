import { overviewBlocks, overviewMessage } from "../../messages/overview.ts";
import { context } from "../../messages/payload.ts";
import type { Subcommand } from "./subcommand.ts";

/** `/anomaly list`, and `/anomaly` alone: all services with their state. */
export const list: Subcommand = async ({ desk, reply }) => {
  const now = desk.clock();
  const overview = await desk.status.overview(now);
  const hint = context("`/anomaly status <service>` says more, `/anomaly help` what else there is");
  await reply({ ...overviewMessage(overview, now), blocks: [...overviewBlocks(overview, now), hint] });
};
