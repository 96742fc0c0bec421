import type { ActionResult } from "../../operations/actions-types.ts";
import { notice } from "./notice.ts";
import { button, type Payload, plain, section } from "./payload.ts";

/** What came of putting somebody on call, with an undo. */
export function shiftChanged(result: ActionResult): Payload {
  const said = notice(`${result.ok ? ":calendar:" : ":warning:"} ${plain(result.reason)}`);
  if (!result.ok || result.overrideId === undefined) {
    return said;
  }
  const undo = button("oncall.undo", "Undo", result.overrideId, { label: "Take this exception back" });
  return {
    ...said,
    blocks: [section(said.text), { type: "actions", block_id: "oncall.undo", elements: [undo] }],
  };
}
