import type { ActiveAlert, Alert, Labels } from "../../alert/alert.ts";
import type { AlertGroup } from "../../alert/group.ts";
import { equals, type Matcher } from "../../alert/matcher.ts";
import type { Catalogue } from "../../config/catalogue.ts";
import { serviceOf } from "../grouping/facts.ts";
import type { GroupKind } from "../grouping/types.ts";
import type { Companions } from "./companions.ts";
import { hidingMatchers, oneOf } from "./matchers.ts";

/** Name of the one alert that stands for a storm. */
export const STORM_ALERT = "CMSWebStorm";

/** What a group is about, as the grouping stage knows it. */
export interface GroupShape {
  readonly kind: GroupKind;
  readonly subject: string;
}

/** One storm: the alert that stands for it and what is held back. */
export interface StormPlan {
  readonly groupId: string;
  readonly shape: GroupShape;
  readonly parent: Alert;
  readonly matchers: readonly Matcher[];
  readonly hidden: readonly ActiveAlert[];
  /** One sentence for people. */
  readonly reason: string;
}

export interface PlanInput {
  readonly groups: readonly AlertGroup[];
  readonly shapes: ReadonlyMap<string, GroupShape>;
  /** All active alerts, held back or not. */
  readonly alerts: readonly ActiveAlert[];
  readonly catalogue: Catalogue;
  readonly companions: Companions;
  /** Labels of parents that stand already: they stay as they are, unless the storm turns out to be of another kind. */
  readonly standing: ReadonlyMap<string, Labels>;
  /** Fewer alerts than this are shown one by one. */
  readonly minimum: number;
}

/** Which groups become one alert now. A standing one stays while its cause fires; a new one needs enough alerts. */
export function planStorms(input: PlanInput): readonly StormPlan[] {
  return input.groups.flatMap((group) => {
    const shape = input.shapes.get(group.id);
    const isStorm = shape !== undefined && ["node", "nodes", "network", "service", "outage"].includes(shape.kind);
    const isLarge = group.alerts.length >= input.minimum || input.standing.has(group.id);
    return isStorm && isLarge && group.state !== "resolved" && causeFires(group) ? [planOne(group, shape, input)] : [];
  });
}

/** Without a cause that still fires there is nothing that explains the children: they speak for themselves again. */
function causeFires(group: AlertGroup): boolean {
  return group.rootFingerprint !== null && group.alerts.some((alert) => alert.fingerprint === group.rootFingerprint);
}

function planOne(group: AlertGroup, shape: GroupShape, input: PlanInput): StormPlan {
  const children = group.alerts.filter((alert) => isChild(alert, shape));
  const inGroup = new Set(group.alerts.map((alert) => alert.fingerprint));
  const { matchers, hidden } = hidingMatchers({
    common: commonMatchers(shape, children),
    children,
    expected: input.companions.expected(shape.kind, shape.subject),
    outsiders: input.alerts.filter((alert) => !inGroup.has(alert.fingerprint)),
  });
  return {
    groupId: group.id,
    shape,
    parent: parentOf(group, shape, hidden, input),
    matchers,
    hidden,
    reason: `${hidden.length} of ${group.alerts.length} alerts are held back while ${shape.subject} is the cause`,
  };
}

/** The notice of an intervention stays in sight: it is the one that people wrote. */
function isChild(alert: ActiveAlert, shape: GroupShape): boolean {
  return shape.kind !== "outage" || alert.labels["service"] !== "SSB";
}

function commonMatchers({ kind, subject }: GroupShape, children: readonly ActiveAlert[]): readonly Matcher[] {
  if (kind === "node") {
    return [equals("node", subject)];
  }
  const label = kind === "service" ? "service" : "node";
  const values = [...new Set(children.map((child) => child.labels[label] ?? ""))];
  return values.length === 0 || values.length > 60 ? [] : [oneOf(label, values)];
}

function parentOf(group: AlertGroup, shape: GroupShape, hidden: readonly ActiveAlert[], input: PlanInput): Alert {
  const byService = new Map<string, number>();
  for (const alert of hidden) {
    const service = serviceOf(alert.labels, input.catalogue) ?? "the cluster";
    byService.set(service, (byService.get(service) ?? 0) + 1);
  }
  const counts = [...byService]
    .sort((left, right) => right[1] - left[1])
    .map(([service, count]) => `${service} ${count}`);
  const known = input.standing.get(group.id);
  const standing = known?.["kind"] === shape.kind ? known : undefined;
  return {
    labels: standing ?? {
      alertname: STORM_ALERT,
      kind: shape.kind,
      subject: shape.subject,
      severity: group.severity,
      service: group.service ?? "cmsweb",
      tag: "cmsweb",
    },
    annotations: {
      summary: group.title,
      description: `${hidden.length} alerts are held back because of ${shape.subject}: ${counts.join(", ")}. They come back when the cause has gone and they have not.`,
      group: group.id,
      hidden: String(hidden.length),
      ...(group.runbook === null ? {} : { runbook_url: group.runbook.url }),
    },
    startsAt: group.startsAt,
    endsAt: null,
  };
}
