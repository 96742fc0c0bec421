import { runbooksMessage } from "../../messages/lists.ts";
import { notice } from "../../messages/notice.ts";
import type { Subcommand } from "./subcommand.ts";

/** `/anomaly runbook <service or words>`. */
export const runbook: Subcommand = async ({ desk, words, reply }) => {
  const query = words.join(" ");
  await reply(
    query === ""
      ? notice("Which one? `/anomaly runbook dbs` or `/anomaly runbook database slow`.")
      : runbooksMessage(await desk.status.runbooks(query), query),
  );
};
