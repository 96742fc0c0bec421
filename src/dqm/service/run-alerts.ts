import type { Logger } from "pino";
import type { Alert } from "../../alert/alert.ts";
import type { Clock } from "../../alert/clock.ts";
import type { StateRepository } from "../../store/store.ts";
import { decideRunAlert, type RunAlertRules, runAlert } from "../judge/run-alert.ts";
import type { RunReport } from "./record.ts";

export interface RunAlertsParts {
  readonly post: (alerts: readonly Alert[]) => Promise<void>;
  readonly states: Pick<StateRepository, "get" | "put">;
  readonly rules: RunAlertRules;
  readonly baseUrl: string | null;
  readonly clock: Clock;
  readonly log: Logger;
}

/** One alert per run, from its first bad stretch to the end of the run; it survives a restart. */
export interface RunAlerts {
  /** Raises, keeps alive and ends alerts. Runs that are not given keep what they have. */
  look(reports: readonly RunReport[], isCurrent: (run: number) => boolean): Promise<void>;
  /** Runs whose alerts live. */
  living(): Promise<readonly number[]>;
  /** Ends the alerts of runs that are no longer kept. */
  forget(kept: readonly number[]): Promise<void>;
}

const STATE = "dqm-alerts";

/** Alerts that live: run → when it began. */
type Living = Readonly<Record<string, string>>;

export function createRunAlerts(parts: RunAlertsParts): RunAlerts {
  const { post, states, rules, clock, log } = parts;
  const living = async () => (await states.get<Living>(STATE)) ?? {};
  const alertOf = ({ run, verdicts, worst }: RunReport, startsAt: Date, endsAt: Date | null) =>
    runAlert({ run, verdicts, startsAt, endsAt, evidence: worst, baseUrl: parts.baseUrl, severity: rules.severity });
  return {
    living: async () => Object.keys(await living()).map(Number),
    async look(reports, isCurrent) {
      const before = await living();
      const after: Record<string, string> = { ...before };
      const alerts: Alert[] = [];
      for (const report of reports) {
        const known = before[report.run];
        const decision = decideRunAlert(report.verdicts, isCurrent(report.run), rules);
        const startsAt = known === undefined ? clock() : new Date(known);
        if (decision.firing) {
          alerts.push(alertOf(report, startsAt, null));
          after[report.run] = startsAt.toISOString();
        } else if (known !== undefined) {
          alerts.push(alertOf(report, startsAt, clock()));
          delete after[report.run];
        }
        if (decision.firing !== (known !== undefined)) {
          log.info({ run: report.run, firing: decision.firing, reason: decision.reason }, "alert of a run changes");
        }
      }
      if (alerts.length > 0) {
        await post(alerts);
        await states.put(STATE, after);
      }
    },
    async forget(kept) {
      const before = await living();
      const gone = Object.entries(before).filter(([run]) => !kept.includes(Number(run)));
      if (gone.length > 0) {
        const input = { verdicts: [], evidence: [], baseUrl: parts.baseUrl, severity: rules.severity, endsAt: clock() };
        await post(gone.map(([run, began]) => runAlert({ ...input, run: Number(run), startsAt: new Date(began) })));
        const left = Object.entries(before).filter(([run]) => kept.includes(Number(run)));
        await states.put(STATE, Object.fromEntries(left));
      }
    },
  };
}
