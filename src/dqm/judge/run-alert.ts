import type { Alert } from "../../alert/alert.ts";
import type { DqmRange } from "../../alert/dqm.ts";
import { DQM_ALERT } from "../../alert/names.ts";
import { type FinalVerdict, rangesWithReasons } from "./verdicts.ts";

export interface RunAlertRules {
  /** Bad lumisections in a row that raise an alert. */
  readonly open: number;
  /** Good ones in a row at the end of the run that end it. */
  readonly close: number;
  readonly severity: string;
}

/** Why a run has an alert or none. */
export interface RunAlertDecision {
  readonly firing: boolean;
  readonly reason: string;
}

/** A run's alert fires from `open` bad lumisections in a row until `close` others in a row have followed, or the run is over. */
export function decideRunAlert(
  verdicts: readonly FinalVerdict[],
  isCurrent: boolean,
  { open, close }: RunAlertRules,
): RunAlertDecision {
  const bad = badRanges(verdicts).filter(({ first, last }) => last - first + 1 >= open);
  const last = bad.at(-1);
  if (last === undefined) {
    return { firing: false, reason: `fewer than ${open} bad lumisections in a row` };
  }
  if (!isCurrent) {
    return { firing: false, reason: "the run is over" };
  }
  const after = verdicts.filter(({ lumi, status }) => lumi > last.last && status !== "NOTSET").length;
  return after >= close
    ? { firing: false, reason: `${after} lumisections were not bad since ${last.last}` }
    : { firing: true, reason: `lumisections ${last.first} to ${last.last} are bad` };
}

function badRanges(verdicts: readonly FinalVerdict[]): readonly DqmRange[] {
  return rangesWithReasons(verdicts).filter(({ status }) => status === "BAD");
}

export interface RunAlertInput {
  readonly run: number;
  readonly verdicts: readonly FinalVerdict[];
  /** When the machine first found it bad; it stays while the alert lives. */
  readonly startsAt: Date;
  /** When it ended; null while it fires. */
  readonly endsAt: Date | null;
  /** What is off in the worst lumisection. */
  readonly evidence: readonly string[];
  readonly baseUrl: string | null;
  readonly severity: string;
}

/** Longest text of ranges in an annotation. */
const MOST_RANGES = 20;

/** The one alert of a run: its labels stay the same while ranges, counts and reasons in the annotations grow. */
export function runAlert({ run, verdicts, startsAt, endsAt, evidence, baseUrl, severity }: RunAlertInput): Alert {
  const ranges = badRanges(verdicts);
  const count = ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  const shown = ranges
    .slice(0, MOST_RANGES)
    .map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`));
  const more = ranges.length > MOST_RANGES ? ` and ${ranges.length - MOST_RANGES} more ranges` : "";
  const url = baseUrl === null ? null : `${baseUrl}/dqm/${run}`;
  return {
    labels: { alertname: DQM_ALERT, run: String(run), service: "dqm", severity, tag: "dqm" },
    annotations: {
      summary: `Run ${run}: ${count} of ${verdicts.length} lumisections are bad`,
      description: [
        `Lumisections ${shown.join(", ")}${more}.`,
        ...new Set(ranges.slice(0, 3).map(({ reason }) => `${reason}.`)),
        ...evidence.map((one) => `${one}.`),
      ].join(" "),
      ...(url === null ? {} : { URL: url, dashboard: url }),
    },
    startsAt,
    endsAt,
    ...(url === null ? {} : { generatorURL: url }),
  };
}
