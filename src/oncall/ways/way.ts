import type { AlertGroup } from "../../alert/group.ts";
import { type SeverityRanking, severityRank } from "../../alert/severity.ts";
import { isWithin } from "../hours.ts";
import type { PageMessage } from "../pages.ts";
import type { PersonWay } from "../schema.ts";

/** A way by which a page reaches a person. */
export interface PageWay {
  /** `slack`, `email`, or a webhook by its name. */
  readonly name: string;
  /**
   * Sends a page; resolves when the other side accepted it as new.
   * @param note what the person should know besides, e.g. that another way failed; null for nothing
   * @throws NotDelivered when it reached nobody
   */
  send(page: PageMessage, note: string | null): Promise<void>;
}

const SLACK_ONLY: readonly PersonWay[] = [{ via: "slack", after: 0 }];

/**
 * The ways to reach a person about a group now, in their order; Slack where nothing else was chosen or no choice fits.
 * @param ways of the person, or of the schedule
 */
export function waysNow(
  ways: readonly PersonWay[] | undefined,
  group: Pick<AlertGroup, "severity">,
  severities: SeverityRanking,
  zone: string,
  isHoliday: (day: string) => boolean,
  now: Date,
): readonly PersonWay[] {
  const rank = severityRank(group.severity, severities);
  const fitting = (ways ?? []).filter(
    ({ from, during }) =>
      (from === undefined || rank >= severityRank(from, severities)) &&
      (during === undefined || isWithin(during, during.timezone ?? zone, isHoliday, now)),
  );
  return fitting.length === 0 ? SLACK_ONLY : fitting;
}
