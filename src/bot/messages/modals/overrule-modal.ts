import type { ModalView } from "@slack/types";
import { DQM_STATUSES } from "../../../alert/dqm.ts";
import { option, section } from "../payload.ts";

/** What the dialogue must remember. */
export interface OverruleDraft {
  readonly run: number;
  readonly channel: string | null;
  /** Message it was asked at. */
  readonly ts: string | null;
}

/** The dialogue in which a person says what lumisections of a run are. */
export function overruleModal(draft: OverruleDraft): ModalView {
  return {
    type: "modal",
    callback_id: "dqm.overrule",
    private_metadata: JSON.stringify(draft),
    title: { type: "plain_text", text: "Overrule" },
    submit: { type: "plain_text", text: "Overrule" },
    close: { type: "plain_text", text: "Cancel" },
    blocks: [
      section(`*Run ${draft.run}*: what you say wins over the machine. It is kept with your name and reason.`),
      {
        type: "input",
        block_id: "lumis",
        label: { type: "plain_text", text: "Lumisections" },
        hint: { type: "plain_text", text: "One, or the first and the last: 12-137" },
        element: { type: "plain_text_input", action_id: "value", max_length: 20 },
      },
      {
        type: "input",
        block_id: "status",
        label: { type: "plain_text", text: "They are" },
        element: {
          type: "static_select",
          action_id: "value",
          options: DQM_STATUSES.map((status) => option(status, status)),
        },
      },
      {
        type: "input",
        block_id: "reason",
        label: { type: "plain_text", text: "Why (others will read it)" },
        element: { type: "plain_text_input", action_id: "value", max_length: 500 },
      },
    ],
  };
}
