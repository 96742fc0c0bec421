import { explanation } from "../explanation.ts";
import { findGroup } from "./find-group.ts";
import type { Subcommand } from "./subcommand.ts";

/** `/anomaly explain <id>`: why there is this alert. */
export const explain: Subcommand = async (input) => {
  const group = await findGroup(input, "explain");
  if (group !== null) {
    await input.reply(await explanation(input.desk, group));
  }
};
