import type { Alert, Labels } from "../../alert/alert.ts";
import type { Anomaly, Contribution, FirstMove, PastEvent } from "../../alert/anomaly.ts";
import { formatDuration } from "../../alert/duration.ts";
import { ANOMALY_ALERT, RECOVERING } from "../../alert/names.ts";
import { own } from "../../alert/own.ts";
import type { Catalogue, Service } from "../../config/catalogue.ts";
import { type MetricUnit, serviceMetrics } from "../../config/metrics.ts";
import { extentOf, sayExtent } from "../life/extent.ts";
import { measured } from "./measured.ts";

/**
 * The alert of an anomaly. Its labels stay the same while the anomaly lives (a changed label would be another alert);
 * everything that changes is in the annotations, the anomaly's id too: the same entity anomalous again is the same alert again.
 *
 * Severity is by class and by how far the score stood over the threshold when it opened: a loss of availability is high, a
 * matter of security medium, performance warning; one more from twice the threshold on, one less where something explains it
 * (an intervention, a holiday), and one less where it is of few: less than a fifth of a service's entities, of five or more. Pass
 * the labels it was pushed with as `pushed` (`pushedLabels` finds them): it keeps them. What makes it another alert, one more
 * severe, is that it was of few and comes to be of many, or that it has risen (`hasRisen`; then pass null).
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
  const extent = extentOf(anomaly.context);
  return {
    labels: relabelled(anomaly, pushed) ?? {
      alertname: ANOMALY_ALERT,
      service: service?.name ?? anomaly.service,
      entity: anomaly.entity,
      namespace: service?.namespace ?? "default",
      severity: severityOf(anomaly),
      class: anomaly.class,
      kind: anomaly.kind,
      detector: anomaly.detector,
      ...(extent === null ? {} : { extent }),
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
      ...(anomaly.lastOver === undefined || anomaly.closedAt !== null
        ? {}
        : { [RECOVERING]: sayRecovering(anomaly.lastOver) }),
    },
    startsAt: anomaly.openedAt,
    endsAt: anomaly.closedAt,
    ...(baseUrl === null ? {} : { generatorURL: `${baseUrl}/anomalies/${encodeURIComponent(anomaly.id)}` }),
  };
}

const sayRecovering = (lastOver: Date) => `recovering, last over the limit ${lastOver.toISOString().slice(11, 16)} UTC`;

const RANKS = ["info", "warning", "medium", "high", "critical"];
const CLASSES: readonly string[] = ["performance", "security", "availability"];

/**
 * True when what is known of an open anomaly now is more serious than what its alert says: its class, or its severity. It then
 * goes on as another alert. What falls back changes annotations only.
 * @param given labels that the alert was made with, before anything else changed them
 */
export function hasRisen(anomaly: Anomaly, given: Labels): boolean {
  if (anomaly.closedAt !== null || anomaly.lastOver !== undefined) {
    return false;
  }
  const { severity = "", class: look = "" } = given;
  const before = CLASSES.indexOf(look);
  const isWorseClass = before >= 0 && CLASSES.indexOf(anomaly.class) > before;
  const now = RANKS.indexOf(severityOf(anomaly));
  return RANKS.includes(severity) && now >= RANKS.indexOf(severity) && (now > RANKS.indexOf(severity) || isWorseClass);
}

/** Labels that the anomaly's alert was pushed with, found among the active alerts; null when it is not among them. */
export function pushedLabels(anomaly: Pick<Anomaly, "id">, active: readonly Alert[]): Labels | null {
  const own = active.filter(
    (candidate) => candidate.labels["alertname"] === ANOMALY_ALERT && candidate.annotations["anomaly"] === anomaly.id,
  );
  // Just after a raise both are there: the one of many is the one that goes on.
  return (own.find(({ labels }) => labels["extent"] !== "few") ?? own[0])?.labels ?? null;
}

/** The labels that an open anomaly's alert was pushed with, or those that follow them: of few it has come to be of many. */
function relabelled({ context, closedAt }: Anomaly, pushed: Labels | null): Labels | null {
  if (pushed === null || closedAt !== null || pushed["extent"] !== "few" || extentOf(context) !== "many") {
    return pushed;
  }
  const { severity = "" } = pushed;
  return { ...pushed, extent: "many", severity: own(HIGHER, severity) ?? severity };
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
const HIGHER: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(LOWER).map(([severity, lower]) => [lower, severity]),
);

function severityOf(anomaly: Anomaly): string {
  const isFarOver = anomaly.score >= 2 * anomaly.threshold;
  const severity = BY_CLASS[anomaly.class][isFarOver ? 1 : 0];
  const isLowered = anomaly.context?.lowered.some(({ muted, by }) => !muted && by !== "extent") ?? false;
  const reasons = [isLowered, extentOf(anomaly.context) === "few"].filter(Boolean);
  return reasons.reduce((given: string) => own(LOWER, given) ?? given, severity);
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
    ...(members.length === 0 ? {} : { worst: worst.join(", "), affected: sayExtent(context) ?? "" }),
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
  const extent = anomaly.context === undefined ? null : sayExtent(anomaly.context);
  const inBrackets = anomaly.entity === anomaly.service ? extent : anomaly.service;
  const what = inBrackets === null ? anomaly.service : `${anomaly.entity} (${inBrackets})`;
  const worst = anomaly.contributions[0];
  const [evidence] = anomaly.evidence;
  return worst === undefined
    ? `${what} ${PROBLEM[anomaly.class]}${evidence === undefined ? "" : `: ${evidence}`}`
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

const NO_UNITS: Units = new Map();
/** A service's metrics never change while it is known. */
const known = new WeakMap<Service, Units>();

function unitsOf(service: Service | null): Units {
  if (service === null) {
    return NO_UNITS;
  }
  const units = known.get(service) ?? new Map(serviceMetrics(service).map(({ name, unit }) => [name, unit]));
  known.set(service, units);
  return units;
}

function contributionText({ metric, seen, expected, usual }: Contribution, units: Units): string {
  const figure = (value: number) => measured(value, units.get(metric) ?? "");
  if (seen === null) {
    return `${metric} is unusual`;
  }
  if (usual !== undefined) {
    const [low, high] = usual.map((value) => figure(value < 0 && seen >= 0 ? 0 : value));
    return `${metric} ${seen > usual[1] ? "reached" : "fell to"} ${figure(seen)}, usually ${low === high ? low : `${low} to ${high}`}`;
  }
  return expected === null
    ? `${metric} is ${figure(seen)}`
    : `${metric} is ${figure(seen)}, usually ${figure(expected)}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
