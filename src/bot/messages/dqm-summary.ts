import type { DqmRange, DqmStatus } from "../../alert/dqm.ts";
import type { RunReport } from "../../dqm/service/record.ts";
import { button, context, cut, lines, link, type Payload, plain, section } from "./payload.ts";
import { pictureBlock, type UploadedPicture } from "./status.ts";
import { moment } from "./time.ts";

const SIGNS = {
  GOOD: ":large_green_circle:",
  BAD: ":red_circle:",
  STANDBY: ":white_circle:",
  EXCLUDED: ":large_purple_circle:",
  NOTSET: ":heavy_minus_sign:",
} as const satisfies Record<DqmStatus, string>;
/** Ranges that are told one by one. */
const MOST_RANGES = 12;

/** A run's lumisections for the shift: how many are what, which are not good and why, the worst bins, and the map. */
export function runSummaryMessage(report: RunReport, picture: UploadedPicture | null, webUrl: string | null): Payload {
  const { run, ranges, worst, judgedAt, detector } = report;
  const bad = ranges.filter(({ status }) => status !== "GOOD");
  const summary = `Run ${run}: ${countsText(report)}`;
  const page = webUrl === null ? [] : [link(`${webUrl}/dqm/${run}`, "see all")];
  return {
    text: cut(`${SIGNS[report.counts.BAD > 0 ? "BAD" : "GOOD"]} ${summary}`, 300),
    blocks: [
      section(`${SIGNS[report.counts.BAD > 0 ? "BAD" : "GOOD"]} *Run ${run}*: ${countsText(report)}`),
      ...(bad.length === 0
        ? []
        : [section(lines([...bad].sort(worstFirst).slice(0, MOST_RANGES).map(rangeLine), 2500, "ranges"))]),
      ...(worst.length === 0
        ? []
        : [
            section(
              `*Off in the worst lumisection*\n${lines(
                worst.map((one) => `• ${plain(one)}`),
                1500,
              )}`,
            ),
          ]),
      ...(picture === null ? [] : [pictureBlock(picture)]),
      {
        type: "actions",
        elements: [button("dqm.overrule", "Overrule …", String(run), { label: `Overrule lumisections of run ${run}` })],
      },
      context([`judged ${moment(judgedAt)} by ${plain(detector)}`, ...page].join(" · ")),
    ],
  };
}

/** Recent runs, one a line. */
export function runListMessage(reports: readonly RunReport[]): Payload {
  const told = reports.map(
    (report) => `${SIGNS[report.counts.BAD > 0 ? "BAD" : "GOOD"]} *${report.run}*: ${countsText(report)}`,
  );
  const text = told.length === 0 ? "No run was judged yet." : lines(told);
  return {
    text: "Recent runs",
    blocks: [section(`*Recent runs*\n${text}`), context("`/anomaly dqm <run>` shows one with its map")],
  };
}

function countsText({ counts }: Pick<RunReport, "counts">): string {
  const parts = Object.entries(counts).filter(([, count]) => count > 0);
  return parts.length === 0 ? "no lumisection" : parts.map(([status, count]) => `${count} ${status}`).join(", ");
}

function worstFirst(left: DqmRange, right: DqmRange): number {
  return Number(right.status === "BAD") - Number(left.status === "BAD") || left.first - right.first;
}

function rangeLine({ first, last, status, reason, by }: DqmRange): string {
  const where = first === last ? `${first}` : `${first}–${last}`;
  return `${SIGNS[status]} *${where}* ${status}: ${plain(reason)}${by === null ? "" : ` (${plain(by)})`}`;
}
