import { gatherDigest } from "../../delivery/digest.ts";
import { digestMessage } from "../../messages/digest.ts";
import type { Subcommand } from "./subcommand.ts";

/** `/anomaly digest`: the last day in short. */
export const digest: Subcommand = async ({ desk, reply }) => {
  await reply(digestMessage(await gatherDigest(desk, desk.clock()), desk.webUrl));
};
