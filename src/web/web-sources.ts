import type { ActiveAlert } from "../alert/alert.ts";
import type { Clock } from "../alert/clock.ts";
import type { AlertGroup } from "../alert/group.ts";
import { MatcherSyntaxError, parseMatcher } from "../alert/matcher.ts";
import { type SeverityRanking, severityRank } from "../alert/severity.ts";
import type { FeedbackBook } from "../anomalies/service/feedback-book.ts";
import type { TrainingProgress } from "../anomalies/service/training.ts";
import type { DqmRecord } from "../dqm/service/record.ts";
import type { Actions, Actor as DomainActor } from "../operations/actions-types.ts";
import type { ModelDesk } from "../operations/models.ts";
import type { CurrentState, EntityView } from "../status/current-state.ts";
import type { ServiceState, ServiceSummary, SourceHealth, StatusSource } from "../status/status-types.ts";
import type { Store } from "../store/store.ts";
import type { OutcomeView, WebAction } from "./actions.ts";
import type { WebSources } from "./sources.ts";
import type { AlertView, GroupView, PartView, ProgressView, ServiceView } from "./views.ts";

export interface WebSourceParts {
  readonly version: string;
  readonly demo: boolean;
  readonly current: CurrentState;
  readonly status: StatusSource;
  readonly actions: Actions;
  readonly store: Store;
  readonly clock: Clock;
  readonly progress: () => TrainingProgress;
  readonly models: ModelDesk;
  readonly feedback: Pick<FeedbackBook, "revoke">;
  readonly dqm: DqmRecord;
  readonly owners: (service: string) => readonly string[];
  readonly severities: SeverityRanking;
  /** Makes an anomaly in the simulated CMSWEB; null where metrics are real. */
  readonly inject: ((service: string, kind: string, minutes: number) => Promise<string>) | null;
}

const STATES = {
  failing: "down",
  degraded: "anomalous",
  silenced: "silenced",
  learning: "learning",
  unknown: "no-data",
  ok: "ok",
} as const satisfies Record<ServiceState, ServiceView["state"]>;
const SCORES_SHOWN = 120;

/** What the dashboard shows, made of the current state. */
export function createWebSources(parts: WebSourceParts): WebSources {
  const { current, status, clock } = parts;
  const startedAt = clock();
  return {
    async status() {
      const now = clock();
      const overview = await status.overview(now);
      const oncall = overview.oncall.kind === "missing" ? [] : overview.oncall.value;
      return {
        version: parts.version,
        startedAt: startedAt.toISOString(),
        now: now.toISOString(),
        demo: parts.demo,
        parts: overview.sources.map(partView),
        oncall: oncall.map(({ roster, person, until }) => ({
          roster,
          person: person?.name ?? "nobody",
          until: until?.toISOString() ?? null,
        })),
        progress: progressViews(parts.progress(), current.entities()),
      };
    },
    async services() {
      const overview = await status.overview(clock());
      const groups = overview.alerts.kind === "missing" ? [] : overview.alerts.value;
      const oncall = overview.oncall.kind === "missing" ? null : (overview.oncall.value[0]?.person?.name ?? null);
      return overview.services.map((summary) => serviceView(summary, groups, oncall, parts));
    },
    async groups() {
      const acknowledged = new Map(
        (await parts.store.acknowledgements.active()).map(({ groupId, by }) => [groupId, by]),
      );
      return worstFirst(current.groups.last() ?? [], parts.severities).map((group) =>
        groupView(group, acknowledged.get(group.id) ?? null),
      );
    },
    asOf(list) {
      const part = current[list].part(clock());
      return {
        at: part.kind === "missing" ? null : part.at.toISOString(),
        caveat: part.kind === "fresh" ? null : part.because,
      };
    },
    subscribe: (listener) =>
      current.subscribe(() => {
        listener("services");
        listener("groups");
        listener("status");
      }),
    act: (action, { name }) => act(action, { person: { name }, via: "web" }, parts),
  };
}

const GROUP_STATES = [
  "firing",
  "acknowledged",
  "silenced",
  "resolved",
] as const satisfies readonly AlertGroup["state"][];

/** What nobody has taken before what somebody has, then by severity, the newest first. */
function worstFirst(groups: readonly AlertGroup[], severities: SeverityRanking): readonly AlertGroup[] {
  return [...groups].sort(
    (left, right) =>
      GROUP_STATES.indexOf(left.state) - GROUP_STATES.indexOf(right.state) ||
      severityRank(right.severity, severities) - severityRank(left.severity, severities) ||
      right.startsAt.getTime() - left.startsAt.getTime(),
  );
}

function serviceView(
  summary: ServiceSummary,
  groups: readonly AlertGroup[],
  oncall: string | null,
  { current, owners }: WebSourceParts,
): ServiceView {
  const entities = current.entitiesOf(summary.service);
  const worst = [...entities].sort((left, right) => (right.score ?? 0) - (left.score ?? 0))[0];
  return {
    name: summary.service,
    title: summary.title,
    state: STATES[summary.state],
    reason: summary.headline,
    score: worst?.score ?? null,
    threshold: worst?.threshold ?? null,
    scores: worst === undefined ? [] : scoresOf(current, worst),
    openIssues: summary.alerts,
    severity: groups.find((group) => group.service === summary.service)?.severity ?? null,
    owners: [...owners(summary.service)],
    oncall,
    dataAt: worst?.at?.toISOString() ?? null,
  };
}

function scoresOf(current: CurrentState, { entity }: EntityView): [number, number | null][] {
  return (current.ring(entity)?.scores(SCORES_SHOWN) ?? []).map(({ at, score }) => [
    at / 1000,
    Number.isFinite(score) ? score : null,
  ]);
}

function partView({ name, state, at, because }: SourceHealth): PartView {
  const shown = state === "ok" ? "ok" : state === "off" ? "off" : "degraded";
  return { name, state: shown, detail: because, lastSuccess: at?.toISOString() ?? null };
}

function progressViews(progress: TrainingProgress, entities: readonly EntityView[]): ProgressView[] {
  return entities
    .filter(({ state }) => state === "learning")
    .map(({ entity, detector, note }) => {
      const isNow = entity === progress.entity;
      return {
        entity,
        detector: detector ?? "",
        state: isNow ? "training" : note?.startsWith("training failed") ? "failed" : "waiting",
        epoch: isNow ? (progress.epoch?.epoch ?? 0) : 0,
        epochs: isNow ? (progress.epoch?.epochs ?? 0) : 0,
        loss: isNow ? (progress.epoch?.loss ?? null) : null,
        detail: note ?? "",
      };
    });
}

function groupView(group: AlertGroup, acknowledgedBy: string | null): GroupView {
  return {
    id: group.id,
    title: group.title,
    service: group.service,
    severity: group.severity,
    state: group.state,
    startsAt: group.startsAt.toISOString(),
    endsAt: group.endsAt?.toISOString() ?? null,
    acknowledgedBy,
    alerts: group.alerts.map((alert) => alertView(alert, group)),
    rootFingerprint: group.rootFingerprint,
    reasons: [...group.reasons],
    owners: [...group.owners],
    runbook: group.runbook === null ? null : { ...group.runbook, firstSteps: [...group.runbook.firstSteps] },
    solutions: group.solutions.map(({ id, text, reason }) => ({ id, text, reason })),
  };
}

function alertView(alert: ActiveAlert, group: AlertGroup): AlertView {
  return {
    fingerprint: alert.fingerprint,
    name: alert.labels["alertname"] ?? "(no alertname)",
    severity: alert.labels["severity"] ?? null,
    state: group.state === "resolved" ? "resolved" : alert.state,
    labels: { ...alert.labels },
    annotations: { ...alert.annotations },
    startsAt: alert.startsAt.toISOString(),
    endsAt: alert.endsAt?.toISOString() ?? null,
    generatorURL: alert.generatorURL ?? null,
  };
}

async function act(action: WebAction, actor: DomainActor, parts: WebSourceParts): Promise<OutcomeView> {
  const { actions } = parts;
  const said = async (result: Promise<{ ok: boolean; reason: string }>): Promise<OutcomeView> => {
    const { ok, reason } = await result;
    return { ok, message: reason };
  };
  switch (action.kind) {
    case "acknowledge":
      return said(actions.acknowledge(action.group, actor));
    case "unacknowledge":
      return said(actions.unacknowledge(action.group, actor));
    case "silence":
      try {
        const matchers = action.matchers.map(parseMatcher);
        return await said(
          actions.silence({ groupId: null, matchers, duration: action.minutes * 60_000, reason: action.reason }, actor),
        );
      } catch (error) {
        if (error instanceof MatcherSyntaxError) {
          return { ok: false, message: error.message };
        }
        throw error;
      }
    case "expire-silence":
      return said(actions.expire(action.silence, actor));
    case "not-anomaly":
      return said(
        actions.feedback(
          { kind: "not-anomaly", subject: action.anomaly, groupId: null, details: { reason: action.reason } },
          actor,
        ),
      );
    case "inject":
      return parts.inject === null
        ? { ok: false, message: "Metrics are real here: nothing can be injected." }
        : { ok: true, message: await parts.inject(action.service, action.anomaly, action.minutes) };
    case "overrule":
      return said(parts.dqm.overrule(action, { person: actor.person, via: "web" }));
    case "revoke-overrule":
      return said(parts.dqm.revoke(action.overrule, { person: actor.person, via: "web" }));
    case "activate-model":
      return said(parts.models.activate(action.model, { name: actor.person.name, via: actor.via }));
    case "revoke-feedback":
      return said(parts.feedback.revoke(action.feedback, { name: actor.person.name, via: actor.via }));
  }
}
