import { dispatch } from "../commands/anomaly.ts";
import type { Press } from "./pressed.ts";

/** "Yes, do that" under a mistyped command. */
export async function commandRun({ value, userId, channel, ...press }: Press): Promise<void> {
  await dispatch(value, { ...press, userId, channel: channel ?? userId });
}
