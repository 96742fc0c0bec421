import type { App } from "@slack/bolt";
import type { Desk } from "../../desk.ts";
import { regroupSubmit, severitySubmit } from "./corrections.ts";
import { overruleSubmit } from "./overrule-submit.ts";
import { silenceSubmit } from "./silence-submit.ts";

/** Registers the dialogues. */
export function registerViews(app: App, desk: Desk): void {
  app.view("dqm.overrule", overruleSubmit(desk));
  app.view("silence.submit", silenceSubmit(desk));
  app.view("severity.submit", severitySubmit(desk));
  app.view("regroup.submit", regroupSubmit(desk));
}
