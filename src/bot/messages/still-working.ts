import type { AlertGroup } from "../../alert/group.ts";
import type { Acknowledgement } from "../../store/store.ts";
import { button, cut, cutMarkdown, type Payload, plain, section } from "./payload.ts";
import { moment } from "./time.ts";

/** Asked before an acknowledgement ends. */
export function stillWorkingMessage(group: AlertGroup, { until }: Acknowledgement): Payload {
  const question = `Are you still working on *${plain(cut(group.title, 200))}*?`;
  return {
    text: cutMarkdown(`:hourglass: Still working on ${plain(group.title)}?`, 300),
    blocks: [
      section(
        `:hourglass: ${question} Your acknowledgement ends at ${moment(until)}; without it the alert calls again.`,
      ),
      {
        type: "actions",
        block_id: "still-working",
        elements: [
          button("group.renew", "Yes, still on it", group.id, { style: "primary" }),
          button("group.unacknowledge", "No, hand it back", group.id),
        ],
      },
    ],
  };
}

/** Told to its owner before a silence ends. */
export function silenceEndsMessage(reason: string, endsAt: Date, hidden: number): Payload {
  const text = `:no_bell: Your silence “${plain(cut(reason, 200))}” ends at ${moment(endsAt)}. It has hidden ${hidden} ${hidden === 1 ? "alert" : "alerts"} so far.`;
  return { text: cutMarkdown(text, 300), blocks: [section(text)] };
}
