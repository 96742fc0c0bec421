import type { Alert, Labels } from "../alert/alert.ts";
import type { Anomaly, Contribution, FirstMove, PastEvent } from "../alert/anomaly.ts";
import { formatDuration } from "../alert/duration.ts";
import type { Catalogue, Service } from "../config/catalogue.ts";
import { type MetricUnit, serviceMetrics } from "../config/metrics.ts";
import { measured } from "./measured.ts";

/** Name of every alert that cmswatch makes from an anomaly; what is anomalous is in its other labels. */
export const ANOMALY_ALERT = "CMSWebAnomaly";

/**
 * The alert of an anomaly. Its labels stay the same while the anomaly lives (a changed label would be another alert);
 * everything that changes is in the annotations, the anomaly's id too: the same entity anomalous again is the same alert again.
 *
 * Severity is by class and by how far the score stood over the threshold when it opened: a loss of availability is high, a
 * matter of security medium, performance warning; one more from twice the threshold on, one less where something explains it
 * (an intervention, a holiday). The first severity is the last:
 * pass the labels it was pushed with as `pushed` (`pushedLabels` finds them).
 * @param baseUrl address of the dashboard, without a slash at its end; null leaves links out
 */
export function anomalyToAlert(
  anomaly: Anomaly,
  catalogue: Catalogue,
  baseUrl: string | null,
  pushed: Labels | null = null,
): Alert {
  const service = catalogue.find(anomaly.service);
  const units = unitsOf(service);
  return {
    labels: pushed ?? {
      alertname: ANOMALY_ALERT,
      service: service?.name ?? anomaly.service,
      entity: anomaly.entity,
      namespace: service?.namespace ?? "default",
      severity: severityOf(anomaly),
      class: anomaly.class,
      kind: anomaly.kind,
      detector: anomaly.detector,
      tag: "cmsweb",
    },
    annotations: {
      anomaly: anomaly.id,
      summary: summaryOf(anomaly, units),
      description: descriptionOf(anomaly, units),
      ...(baseUrl === null
        ? {}
        : {
            dashboard: `${baseUrl}/services/${encodeURIComponent(anomaly.service)}`,
            URL: `${baseUrl}/anomalies/${encodeURIComponent(anomaly.id)}`,
          }),
      ...(service?.dashboard === undefined ? {} : { grafana: service.dashboard }),
      ...storyOf(anomaly, units),
    },
    startsAt: anomaly.openedAt,
    endsAt: anomaly.closedAt,
    ...(baseUrl === null ? {} : { generatorURL: `${baseUrl}/anomalies/${encodeURIComponent(anomaly.id)}` }),
  };
}

/** Labels that the anomaly's alert was pushed with, found among the active alerts; null when it is not among them. */
export function pushedLabels(anomaly: Pick<Anomaly, "id">, active: readonly Alert[]): Labels | null {
  const alert = active.find(
    (candidate) => candidate.labels["alertname"] === ANOMALY_ALERT && candidate.annotations["anomaly"] === anomaly.id,
  );
  return alert?.labels ?? null;
}

const BY_CLASS = {
  availability: ["high", "critical"],
  security: ["medium", "high"],
  performance: ["warning", "medium"],
} as const;

const LOWER: Readonly<Record<string, string>> = {
  critical: "high",
  high: "medium",
  medium: "warning",
  warning: "info",
};

function severityOf(anomaly: Anomaly): string {
  const isFarOver = anomaly.score >= 2 * anomaly.threshold;
  const severity = BY_CLASS[anomaly.class][isFarOver ? 1 : 0];
  const isLowered = anomaly.context?.lowered.some(({ muted }) => !muted) ?? false;
  return isLowered ? (LOWER[severity] ?? severity) : severity;
}

/** What surrounds the event, an annotation each. `explained_by` also keeps later stages from lowering it again. */
function storyOf({ context, openedAt }: Anomaly, units: Units): Labels {
  if (context === undefined) {
    return {};
  }
  const { firstMove, similar, members, suspects, lowered } = context;
  const explained = lowered.find(({ by }) => by === "intervention");
  const worst = members.slice(0, 5).map(({ entity, metric }) => (metric === null ? entity : `${entity} (${metric})`));
  return {
    ...(firstMove === null ? {} : { first_moved: sayFirst(firstMove, openedAt, units) }),
    ...(similar === null ? {} : { similar: saySimilar(similar) }),
    ...(members.length === 0 ? {} : { worst: worst.join(", "), affected: `${context.affected} of ${context.scored}` }),
    ...(suspects.length === 0
      ? {}
      : { suspects: suspects.map(({ service, because }) => `${service}: ${because}`).join("; ") }),
    ...(lowered.length === 0 ? {} : { lowered: lowered.map(({ because }) => because).join("; ") }),
    ...(explained === undefined ? {} : { explained_by: explained.because.split(" ")[1] ?? "" }),
  };
}

function sayFirst({ metric, at, seen, usual }: FirstMove, openedAt: Date, units: Units): string {
  const figure = (value: number) => measured(value, units.get(metric) ?? "");
  const seconds = Math.round((openedAt.getTime() - at.getTime()) / 1000);
  const when = seconds <= 0 ? "as the event began" : `${formatDuration(seconds * 1000)} before the event`;
  return `${metric} moved first, ${when}: ${figure(seen)}, usually ${figure(usual)}`;
}

function saySimilar({ openedAt, alike, because }: PastEvent): string {
  const when = openedAt.toISOString().slice(0, 16).replace("T", " ");
  return `${Math.round(100 * alike)} % like the event of ${when} UTC: ${because}`;
}

const PROBLEM = {
  availability: "looks partly or wholly unavailable",
  performance: "does not perform as usual",
  security: "behaves in a way that may concern security",
} as const;

function summaryOf(anomaly: Anomaly, units: Units): string {
  const what = anomaly.entity === anomaly.service ? anomaly.service : `${anomaly.entity} (${anomaly.service})`;
  const worst = anomaly.contributions[0];
  return worst === undefined
    ? `${what} ${PROBLEM[anomaly.class]}`
    : `${what} ${PROBLEM[anomaly.class]}: ${contributionText(worst, units)}`;
}

function descriptionOf(anomaly: Anomaly, units: Units): string {
  const parts = anomaly.contributions
    .filter((part, index) => index < 3 && (index === 0 || part.share >= 0.1))
    .map((part) => `${contributionText(part, units)} (${Math.round(100 * part.share)} % of the score)`);
  const since = `since ${anomaly.openedAt.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  const { suspects = [], lowered = [] } = anomaly.context ?? {};
  const suspected = suspects.slice(0, 1).map(({ service, because }) => `it may come from ${service}: ${because}`);
  const story = [...suspected, ...lowered.map(({ because }) => `less serious: ${because}`)];
  const [first = "Unusual", ...rest] = [...parts, ...anomaly.evidence, ...story];
  return `${capital(first)}, ${since}.${rest.map((sentence) => ` ${capital(sentence.replace(/\.$/, ""))}.`).join("")}`;
}

/** Units of the service's metrics, by name. */
type Units = ReadonlyMap<string, MetricUnit>;

function unitsOf(service: Service | null): Units {
  return new Map(service === null ? [] : serviceMetrics(service).map(({ name, unit }) => [name, unit]));
}

function contributionText({ metric, seen, expected }: Contribution, units: Units): string {
  const figure = (value: number) => measured(value, units.get(metric) ?? "");
  if (seen === null) {
    return `${metric} is unusual`;
  }
  return expected === null
    ? `${metric} is ${figure(seen)}`
    : `${metric} is ${figure(seen)}, usually ${figure(expected)}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
