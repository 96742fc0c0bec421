import { lumisectionMap } from "../../dqm/judge/pictures/lumisection-map.ts";
import type { RunReport } from "../../dqm/service/record.ts";
import type { Desk } from "../desk.ts";
import { runSummaryMessage } from "../messages/dqm-summary.ts";
import type { UploadedPicture } from "../messages/status.ts";
import { drawSpec } from "../pictures/draw-spec.ts";
import { PRIORITY } from "./outbox.ts";
import type { Poster } from "./poster.ts";

/** Slack needs a moment until an uploaded picture can stand in a message. */
const RETRY_AFTER = 1000;
const ATTEMPTS = 3;

/** The run's lumisection map, as Slack holds it; null (with the reason in the log) when it cannot be made. */
export function uploadMap(
  desk: Pick<Desk, "pictures">,
  report: RunReport,
  dark: boolean,
): Promise<UploadedPicture | null> {
  const { run, verdicts, counts } = report;
  return desk.pictures.upload(`run ${run}`, async () => ({
    png: await drawSpec(lumisectionMap(run, verdicts, dark), { dark }),
    altText: `Map of the ${verdicts.length} lumisections of run ${run}: ${counts.GOOD} good, ${counts.BAD} bad.`,
  }));
}

/**
 * Posts a run's summary with its map to the channel for data quality (`dqm`, else `default`); the same run once, over restarts and
 * replicas. Without a channel nothing is said.
 */
export async function postRunSummary(
  desk: Pick<Desk, "pictures" | "slack" | "webUrl" | "sleep" | "log">,
  poster: Poster,
  report: RunReport,
): Promise<void> {
  const channel = desk.slack.channels["dqm"] ?? desk.slack.channels["default"];
  if (channel === undefined) {
    desk.log.info({ run: report.run }, "no channel for data quality: set slack.channels.dqm");
    return;
  }
  const key = `dqm/${report.run}`;
  const posting = { key, groupId: key, channel, kind: "summary", priority: PRIORITY.digest } as const;
  const picture = await uploadMap(desk, report, false);
  for (let attempt = 1; picture !== null && attempt <= ATTEMPTS; attempt++) {
    try {
      await poster.post(posting, runSummaryMessage(report, picture, desk.webUrl));
      return;
    } catch (error) {
      desk.log.debug({ err: error, attempt }, "slack does not take the map yet");
      await desk.sleep(RETRY_AFTER);
    }
  }
  await poster.post(posting, runSummaryMessage(report, null, desk.webUrl));
}
