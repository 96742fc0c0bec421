import { z } from "zod";
import type { Feedback } from "../../../store/store.ts";
import { notice } from "../../messages/notice.ts";
import { plain } from "../../messages/payload.ts";
import { type GroupPress, showResult } from "./group-action.ts";
import type { Press } from "./pressed.ts";

const MENU_KINDS = ["wrong-group", "wrong-severity", "wrong-link"] as const satisfies readonly Feedback["kind"][];
const solutionSchema = z.object({ group: z.string(), solution: z.string() });

/** "Not an anomaly", and what the menu beside it offers. The person is told what effect it has. */
export async function feedback({ desk, groupId, choice, actor, reply }: GroupPress): Promise<void> {
  const kind = MENU_KINDS.find((one) => one === choice) ?? "not-anomaly";
  const result = await desk.actions.feedback({ kind, subject: groupId, groupId, details: {} }, actor);
  await showResult(desk, result, reply);
  if (result.ok) {
    await reply(notice(`:pray: ${plain(result.reason)}`));
  }
}

/** "This helped" beside a proposed solution. */
export async function helped({ desk, value, actor, reply }: Press): Promise<void> {
  const { group, solution } = solutionSchema.parse(JSON.parse(value));
  const result = await desk.actions.feedback({ kind: "helped", subject: solution, groupId: group, details: {} }, actor);
  await reply(notice(`${result.ok ? ":pray:" : ":information_source:"} ${plain(result.reason)}`));
}
