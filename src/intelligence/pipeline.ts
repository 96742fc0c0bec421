import { type ActiveAlert, type Alert, alertName } from "../alert/alert.ts";
import { fingerprint } from "../alert/fingerprint.ts";
import type { AlertGroup } from "../alert/group.ts";
import type { Catalogue } from "../config/catalogue.ts";
import type { Config } from "../config/schema.ts";
import type { GroupShape } from "./collapse/plan.ts";
import { criticalAlert } from "./critical.ts";
import { keywordRules } from "./keyword-rules.ts";
import type { SolutionDesk } from "./solutions/desk.ts";
import type { Batch, Item, Stage, StageContext, StageReport } from "./stage.ts";
import { toError } from "./stage.ts";
import { annotateStage } from "./stages/annotate.ts";
import { classifyStage, type Guesses } from "./stages/classify.ts";
import { explainStage } from "./stages/explain.ts";
import { type GroupStageState, groupStage, type SeenItem } from "./stages/group.ts";
import { preprocessStage } from "./stages/preprocess.ts";
import { type RunbookFinder, runbookStage } from "./stages/runbook.ts";
import { type SeverityGuess, type SeverityWord, severityStage } from "./stages/severity.ts";
import { solutionsStage } from "./stages/solutions.ts";

/** What the pipeline needs besides its configuration. */
export interface PipelineDependencies {
  readonly catalogue: Catalogue;
  readonly runbooks?: RunbookFinder;
  readonly solutions?: Pick<SolutionDesk, "propose">;
  /** What was learnt from past alerts and from people. */
  readonly learned?: Guesses & { readonly severity: SeverityGuess; readonly correction: SeverityWord };
  /** Milliseconds of a steady clock, for the measures. */
  readonly steadyClock?: () => number;
  /** What an earlier pipeline's `state()` gave. */
  readonly state?: PipelineState | null;
  /** Alerts as an earlier process saw them last. */
  readonly seen?: readonly SeenAlert[];
}

/** An alert as an earlier process saw it last. */
export interface SeenAlert extends Pick<SeenItem, "groupId" | "resolvedAt"> {
  readonly alert: ActiveAlert;
}

export interface PipelineState {
  readonly version: 1;
  readonly group: GroupStageState;
}

/** What came of one run. */
export interface PipelineResult {
  readonly items: readonly Item[];
  /** Firing groups, and those that resolved within the last hour. */
  readonly groups: readonly AlertGroup[];
  /** What each group is about: a node, a service, an intervention… */
  readonly shapes: ReadonlyMap<string, GroupShape>;
  /** Alerts the pipeline itself raises, to be pushed. */
  readonly raised: readonly Alert[];
  readonly dropped: Batch["dropped"];
  readonly reports: readonly StageReport[];
}

/** The ordered stages, ready to run again and again. */
export interface Pipeline {
  readonly stages: readonly string[];
  /** Takes all alerts that are active now. Never throws for an alert's sake. */
  run(alerts: readonly ActiveAlert[], now: Date, options?: Partial<Omit<StageContext, "now">>): PipelineResult;
  /** Our own alerts before their first push: severity, runbook and annotations, without grouping. */
  enrich(alerts: readonly Alert[], now: Date): readonly Alert[];
  /** A person says that the second group belongs to the first; learnt for the next time. False when either is closed. */
  merge(into: string, from: string): boolean;
  /** A person takes alerts out of a group; gives the id of their own group, null when it is closed. */
  split(groupId: string, fingerprints: readonly string[]): string | null;
  state(): PipelineState;
}

const NOBODY = { acknowledged: new Set<string>(), ownSilences: new Set<string>() };

type PipelineConfig = Pick<Config, "intelligence" | "alertmanager">;

/** Builds the stages in their order; those named in `intelligence.disable` are left out. */
export function createPipeline(config: PipelineConfig, dependencies: PipelineDependencies): Pipeline {
  const { severities, disable, criticalThreshold } = config.intelligence;
  const { catalogue, runbooks, solutions, learned, steadyClock = () => performance.now() } = dependencies;
  const rules = keywordRules(config.intelligence);
  const ignoredLabels = config.alertmanager.ignoreLabels;
  const group = groupStage({ catalogue, ranking: severities, ignoredLabels, state: dependencies.state?.group ?? null });
  const perAlert: readonly Stage[] = [
    severityStage(rules, severities, learned?.severity, learned?.correction),
    annotateStage(rules),
    ...(learned === undefined ? [] : [classifyStage(catalogue, learned)]),
    ...(runbooks === undefined ? [] : [runbookStage(runbooks)]),
    ...(solutions === undefined ? [] : [solutionsStage(solutions)]),
  ].filter((stage) => !disable.includes(stage.name));
  const seen = dependencies.seen ?? [];
  if (seen.length > 0) {
    const { batch } = runStages(
      perAlert,
      startBatch(seen.map(({ alert }) => alert)),
      { now: new Date(0), ...NOBODY },
      steadyClock,
    );
    group.recall(
      seen.flatMap((one, index) => {
        const item = batch.items[index];
        return item === undefined ? [] : [{ ...one, item }];
      }),
    );
  }
  const stages = [preprocessStage(ignoredLabels), ...perAlert, explainStage(catalogue, severities), group].filter(
    (stage) => !disable.includes(stage.name),
  );
  return {
    stages: stages.map((stage) => stage.name),
    merge: group.merge,
    split: group.split,
    state: () => ({ version: 1, group: group.state() }),
    run(alerts, now, options = {}) {
      const context = { now, ...NOBODY, ...options };
      const { batch, reports } = runStages(stages, startBatch(alerts), context, steadyClock);
      const critical = disable.includes("critical")
        ? null
        : criticalAlert(batch.items, severities, criticalThreshold, now);
      return {
        items: batch.items,
        groups: batch.groups,
        shapes: group.shapes(),
        dropped: batch.dropped,
        reports,
        raised: critical === null ? [] : [critical],
      };
    },
    enrich(alerts, now) {
      const context = { now, ...NOBODY };
      const { batch } = runStages(
        perAlert,
        startBatch(alerts.map((alert) => asActive(alert, now))),
        context,
        steadyClock,
      );
      return batch.items.map((item, index) => ({
        ...(alerts[index] as Alert),
        labels: item.labels,
        annotations: item.annotations,
      }));
    },
  };
}

/** An alert as Alertmanager would hold it once pushed. */
export function asActive(alert: Alert, now: Date): ActiveAlert {
  return {
    ...alert,
    fingerprint: fingerprint(alert.labels),
    state: "active",
    silencedBy: [],
    inhibitedBy: [],
    receivers: [],
    updatedAt: now,
  };
}

function startBatch(alerts: readonly ActiveAlert[]): Batch {
  const items = alerts.map(
    (source): Item => ({
      source,
      labels: source.labels,
      annotations: source.annotations,
      dashboardTags: [],
      assignment: null,
      runbook: null,
      solutions: [],
      reasons: [],
    }),
  );
  return { items, groups: [], dropped: [], failures: [] };
}

function runStages(stages: readonly Stage[], start: Batch, context: StageContext, clock: () => number) {
  const reports: StageReport[] = [];
  let batch = start;
  for (const stage of stages) {
    const began = clock();
    const after = runOne(stage, batch, context);
    const before = new Set(batch.items);
    reports.push({
      stage: stage.name,
      alertsIn: batch.items.length,
      alertsOut: after.items.length,
      changed: after.items.filter((item) => !before.has(item)).length,
      milliseconds: clock() - began,
      failures: after.failures.slice(batch.failures.length).map((failure) => describeFailure(failure, batch)),
    });
    batch = after;
  }
  return { batch, reports };
}

/** A stage that throws, or forgets alerts, is left out of this run. */
function runOne(stage: Stage, batch: Batch, context: StageContext): Batch {
  const failed = (error: Error): Batch => ({ ...batch, failures: [...batch.failures, { fingerprint: null, error }] });
  try {
    const after = stage.run(batch, context);
    const accounted = after.items.length + after.dropped.length - batch.dropped.length;
    return accounted === batch.items.length
      ? after
      : failed(new Error(`lost ${batch.items.length - accounted} alerts; its result was not used`));
  } catch (error) {
    return failed(toError(error));
  }
}

function describeFailure({ fingerprint: id, error }: Batch["failures"][number], batch: Batch): string {
  const item = id === null ? undefined : batch.items.find((candidate) => candidate.source.fingerprint === id);
  return `${item === undefined ? "whole stage" : alertName(item)}: ${error.message}`;
}
