import type { App } from "@slack/bolt";
import type { Desk } from "../../desk.ts";
import { acknowledge } from "./acknowledge.ts";
import { commandRun } from "./command-run.ts";
import { correct } from "./correct.ts";
import { explain } from "./explain.ts";
import { feedback, helped } from "./feedback.ts";
import { onGroup } from "./group-action.ts";
import { takeShift, undoOverride } from "./oncall.ts";
import { overruleRun } from "./overrule-run.ts";
import { pressed } from "./pressed.ts";
import { previewSilence } from "./preview-silence.ts";
import { renew } from "./renew.ts";
import { resolve } from "./resolve.ts";
import { runbook } from "./runbook.ts";
import { changeSetting } from "./settings.ts";
import { silence } from "./silence.ts";
import { refreshStatus, shareStatus } from "./status-buttons.ts";
import { unacknowledge } from "./unacknowledge.ts";
import { undoSilence } from "./undo-silence.ts";
import { unsilence } from "./unsilence.ts";

/** Registers buttons and menus. */
export function registerActions(app: App, desk: Desk): void {
  app.action("group.acknowledge", onGroup(desk, "Acknowledging", "acknowledge", acknowledge));
  app.action("group.unacknowledge", onGroup(desk, "Unacknowledging", "acknowledge", unacknowledge));
  app.action("group.renew", onGroup(desk, "Acknowledging", "acknowledge", renew));
  app.action("group.silence", onGroup(desk, "The silence", "silence", silence));
  app.action("group.unsilence", onGroup(desk, "Ending the silence", "silence", unsilence));
  app.action("group.resolve", onGroup(desk, "Resolving", "resolve", resolve));
  app.action("group.runbook", onGroup(desk, "The runbook", null, runbook));
  app.action("group.explain", onGroup(desk, "The explanation", null, explain));
  app.action("group.notAnomaly", onGroup(desk, "Your feedback", "feedback", feedback));
  app.action("group.more", onGroup(desk, "Your feedback", "feedback", correct));
  app.action("solution.helped", pressed(desk, "Your feedback", "feedback", helped));
  app.action("silence.undo", pressed(desk, "Undo of the silence", "silence", undoSilence));
  app.action("oncall.undo", pressed(desk, "Taking the exception back", "override", undoOverride));
  app.action("oncall.take", pressed(desk, "Taking the shift", "override", takeShift));
  app.action("silence.preview", previewSilence(desk));
  app.action("dqm.overrule", overruleRun(desk));
  app.action("command.run", pressed(desk, "The command", null, commandRun));
  app.action("status.share", pressed(desk, "Showing the status", null, shareStatus));
  app.action("status.refresh", pressed(desk, "Refreshing", null, refreshStatus));
  app.action(/^settings\./, changeSetting(desk));
}
