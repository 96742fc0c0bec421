import type { KnownBlock, ModalView } from "@slack/types";
import { formatMatcher, type Matcher } from "../../../alert/matcher.ts";
import type { SilencePreview } from "../../../alert/silence.ts";
import { context, cut, lines, option, plain, section } from "../payload.ts";

/** What the modal must remember between its steps; at most 3,000 characters as JSON. */
export interface SilenceDraft {
  readonly groupId: string | null;
  readonly channel: string | null;
  /** Thread to answer in. */
  readonly ts: string | null;
}

export interface SilenceModalContent {
  readonly draft: SilenceDraft;
  readonly title: string;
  readonly matchers: readonly Matcher[];
  readonly preview: SilencePreview | null;
  readonly owner: string;
  /** Preselected duration, one of the choices. */
  readonly duration: string;
  readonly reason: string;
}

export const DURATIONS = [
  ["30 minutes", "30m"],
  ["1 hour", "1h"],
  ["4 hours", "4h"],
  ["1 day", "1d"],
  ["3 days", "3d"],
  ["7 days", "7d"],
  ["until resolved", "until-resolved"],
] as const;

/** The dialogue for a silence: matchers, duration, reason, and what it would hide. */
export function silenceModal(content: SilenceModalContent): ModalView {
  const chosen = DURATIONS.find(([, value]) => value === content.duration) ?? DURATIONS[1];
  return {
    type: "modal",
    callback_id: "silence.submit",
    private_metadata: JSON.stringify(content.draft),
    title: { type: "plain_text", text: "Silence alerts" },
    submit: { type: "plain_text", text: "Silence" },
    close: { type: "plain_text", text: "Cancel" },
    blocks: [
      section(`*${plain(cut(content.title, 500))}*\nOwner: ${plain(content.owner)}`),
      matchersInput(content.matchers),
      {
        type: "input",
        block_id: "duration",
        label: { type: "plain_text", text: "For how long" },
        element: {
          type: "static_select",
          action_id: "value",
          initial_option: option(chosen[0], chosen[1]),
          options: DURATIONS.map(([text, value]) => option(text, value)),
        },
      },
      {
        type: "input",
        block_id: "reason",
        label: { type: "plain_text", text: "Why (others will read it)" },
        element: {
          type: "plain_text_input",
          action_id: "value",
          max_length: 500,
          ...(content.reason === "" ? {} : { initial_value: content.reason }),
        },
      },
      ...previewBlocks(content.preview),
    ],
  };
}

function matchersInput(matchers: readonly Matcher[]): KnownBlock {
  return {
    type: "input",
    block_id: "matchers",
    dispatch_action: true,
    label: { type: "plain_text", text: "Alerts with all of these labels" },
    hint: { type: "plain_text", text: 'One a line or separated by commas: service="dbs", severity=~"high|critical"' },
    element: {
      type: "plain_text_input",
      action_id: "silence.preview",
      multiline: true,
      max_length: 2000,
      initial_value: matchers.map(formatMatcher).join("\n"),
      dispatch_action_config: { trigger_actions_on: ["on_character_entered"] },
    },
  };
}

function previewBlocks(preview: SilencePreview | null): KnownBlock[] {
  if (preview === null) {
    return [section(":hourglass: Counting what it would hide …")];
  }
  const examples = preview.examples.slice(0, 5).map((one) => `• ${plain(cut(one, 150))}`);
  return [
    section(
      `It hides *${preview.now} ${preview.now === 1 ? "alert" : "alerts"} now* and would have hidden *${preview.pastWeek} in the last 7 days*.${examples.length === 0 ? "" : `\n${lines(examples, 900)}`}`,
    ),
    ...(preview.warning === null ? [] : [section(`:warning: *${plain(preview.warning)}*`)]),
    ...(preview.caveat === null ? [] : [context(plain(preview.caveat))]),
  ];
}
