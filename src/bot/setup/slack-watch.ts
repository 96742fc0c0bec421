import type { Clock } from "../../alert/clock.ts";
import type { CurrentState } from "../../status/current-state.ts";
import type { Bot } from "../app.ts";

/** Asks Slack who the bot is, and notes in the sources' health whether it answered. */
export function createSlackWatch(
  bot: Pick<Bot, "whoAmI">,
  { current, clock }: { readonly current: Pick<CurrentState, "sources" | "setSource">; readonly clock: Clock },
): () => Promise<void> {
  return async () => {
    try {
      const { team } = await bot.whoAmI();
      current.setSource({ name: "slack", state: "ok", at: clock(), because: `team ${team}` });
    } catch (error) {
      const last = current.sources().find(({ name }) => name === "slack")?.at ?? null;
      current.setSource({ name: "slack", state: "down", at: last, because: (error as Error).message });
    }
  };
}
