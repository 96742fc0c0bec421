import type { SlackMessage } from "../../store/store.ts";

/** A group's message; where it had to be posted again, the newest one. */
export function newestMain(messages: readonly SlackMessage[]): SlackMessage | undefined {
  return messages.filter(({ kind }) => kind === "group").sort((left, right) => Number(right.ts) - Number(left.ts))[0];
}
