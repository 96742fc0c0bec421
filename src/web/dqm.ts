import type { DqmRecord, RunReport } from "../dqm/service/record.ts";
import type { RunListView, RunPageView } from "./dqm-views.ts";

/** What the pages of data quality show. */
export interface WebDqm {
  runs(limit: number): Promise<RunListView>;
  /** Null for a run that was never judged. */
  run(run: number): Promise<RunPageView | null>;
}

export function createWebDqm(desk: Pick<DqmRecord, "report" | "reports">): WebDqm {
  return {
    runs: async (limit) => ({ runs: (await desk.reports(limit)).map(toRow) }),
    async run(run) {
      const report = await desk.report(run);
      return report === null ? null : toPage(report);
    },
  };
}

function toRow({ run, judgedAt, detector, counts }: RunReport): RunListView["runs"][number] {
  return { run, judgedAt: judgedAt.toISOString(), detector, counts: { ...counts } };
}

function toPage(report: RunReport): RunPageView {
  return {
    ...toRow(report),
    lumis: report.verdicts.map(({ lumi, status, score, by }) => ({ lumi, status, score, by })),
    ranges: report.ranges.map((range) => ({ ...range })),
    worst: [...report.worst],
    evidence: report.evidence.map(({ bins, seen, expected, low, high, pulls, ...rest }) => ({
      ...rest,
      bins: [...bins],
      seen: [...seen],
      expected: [...expected],
      low: [...low],
      high: [...high],
      pulls: [...pulls],
    })),
    overrules: report.overrules.map(({ run: _, at, revokedAt, ...rest }) => ({
      ...rest,
      at: at.toISOString(),
      revokedAt: revokedAt?.toISOString() ?? null,
    })),
  };
}
