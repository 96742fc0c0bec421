import type { ViewOutput } from "@slack/bolt";
import { z } from "zod";
import { type Matcher, parseMatchers } from "../../../alert/matcher.ts";
import type { SilenceDraft } from "../../messages/modals/silence-modal.ts";

const draftSchema = z.object({
  groupId: z.string().nullable(),
  channel: z.string().nullable(),
  ts: z.string().nullable(),
});

/** What stands in the silence dialogue. */
export interface SilenceForm {
  readonly draft: SilenceDraft;
  /** @throws MatcherSyntaxError */
  readonly readMatchers: () => readonly Matcher[];
  readonly duration: string;
  readonly reason: string;
}

export function readForm(view: Pick<ViewOutput, "private_metadata" | "state">): SilenceForm {
  const { values } = view.state;
  const text = values["matchers"]?.["silence.preview"]?.value ?? "";
  return {
    draft: draftSchema.parse(JSON.parse(view.private_metadata)),
    readMatchers: () => text.split("\n").flatMap(parseMatchers),
    duration: values["duration"]?.["value"]?.selected_option?.value ?? "1h",
    reason: values["reason"]?.["value"]?.value?.trim() ?? "",
  };
}
