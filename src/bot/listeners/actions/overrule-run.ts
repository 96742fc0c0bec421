import type { Desk } from "../../desk.ts";
import { overruleModal } from "../../messages/modals/overrule-modal.ts";
import { notice } from "../../messages/notice.ts";
import { pressed } from "./pressed.ts";

/** "Overrule …" under a run's summary: opens the dialogue. */
export function overruleRun(desk: Desk) {
  return pressed(desk, "Overruling", "overrule", async ({ value, channel, ts, triggerId, reply }) => {
    const run = Number(value);
    if (desk.dqm === undefined || (await desk.dqm.report(run)) === null) {
      await reply(notice(":information_source: This run is no longer kept: nothing can be said of it here."));
      return;
    }
    await desk.client.views.open({ trigger_id: triggerId, view: overruleModal({ run, channel, ts }) });
  });
}
