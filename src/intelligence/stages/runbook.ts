import type { RunbookLink } from "../../alert/group.ts";
import { eachAlert, type Item, type Stage } from "../stage.ts";

/** Finds what to read about an alert; null when nothing fits. */
export interface RunbookFinder {
  find(alert: Pick<Item, "labels" | "annotations">): RunbookLink | null;
}

/** Puts the runbook's address and first steps on the alert. An address the alert already carries is kept. */
export function runbookStage(finder: RunbookFinder): Stage {
  return eachAlert("runbook", (item) => {
    const link = finder.find(item);
    if (link === null) {
      return null;
    }
    const steps = link.firstSteps.map((step, index) => `${index + 1}. ${step}`).join("\n");
    const how =
      link.confidence === 1
        ? "it names this alert"
        : `its text is the nearest (confidence ${link.confidence.toFixed(2)})`;
    return {
      runbook: link,
      annotations: { runbook_url: link.url, ...(steps === "" ? {} : { first_steps: steps }), ...item.annotations },
      reason: `runbook ${link.id}: ${how}`,
    };
  });
}
