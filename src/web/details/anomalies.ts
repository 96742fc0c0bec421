import type { Anomaly, AnomalyContext } from "../../alert/anomaly.ts";
import { sayExtent } from "../../anomalies/life/extent.ts";
import { likeness } from "../../anomalies/life/similar.ts";
import type { Feedback, Store } from "../../store/store.ts";
import type { AnomalyDetailView, AnomalyView, FeedbackView } from "../detail-views.ts";

const YEAR = 365 * 86_400_000;
const LOOKED_AT = 300;
const SHOWN = 5;

/** An anomaly as the API gives it. */
export function toAnomalyView(anomaly: Anomaly): AnomalyView {
  const {
    openedAt,
    closedAt,
    peakAt,
    updatedAt: _,
    partOf: _part,
    contributions,
    evidence,
    context,
    ...rest
  } = anomaly;
  return {
    ...rest,
    openedAt: openedAt.toISOString(),
    closedAt: closedAt?.toISOString() ?? null,
    peakAt: peakAt.toISOString(),
    contributions: contributions.map((contribution) => ({ ...contribution })),
    evidence: [...evidence],
    context: context === undefined ? null : toContextView(context),
  };
}

function toContextView(context: AnomalyContext) {
  const { firstMove, similar, members, suspects, lowered, affected, scored } = context;
  const span = <T extends { readonly openedAt: Date; readonly closedAt: Date | null }>(one: T) => ({
    ...one,
    openedAt: one.openedAt.toISOString(),
    closedAt: one.closedAt?.toISOString() ?? null,
  });
  return {
    firstMove: firstMove === null ? null : { ...firstMove, at: firstMove.at.toISOString() },
    similar: similar === null ? null : span(similar),
    members: members.map(span),
    suspects: suspects.map((suspect) => ({ ...suspect })),
    lowered: lowered.map((lowering) => ({ ...lowering })),
    affected,
    scored,
    extent: sayExtent(context),
  };
}

/** One anomaly with earlier ones like it and what people said of it; null for an unknown id. */
export async function anomalyDetail(store: Store, id: string, now: Date): Promise<AnomalyDetailView | null> {
  const anomaly = await store.anomalies.get(id);
  if (anomaly === null) {
    return null;
  }
  const since = new Date(now.getTime() - YEAR);
  const [others, own, ordinary] = await Promise.all([
    store.anomalies.recent({ since, service: anomaly.service, limit: LOOKED_AT }),
    store.feedback.list({ subject: id, limit: 50 }),
    store.feedback.list({ kind: "not-anomaly", limit: LOOKED_AT }),
  ]);
  // What was said of a group of alerts names the anomalies in it.
  const ofGroups = ordinary.filter(({ subject, details }) => subject !== id && isListed(details["anomalies"], id));
  const feedback = [...own, ...ofGroups];
  const similar = others
    .filter((other) => other.id !== id && other.openedAt < anomaly.openedAt)
    .map((other) => ({ other, alike: likeness(anomaly, other) }))
    .filter(({ alike }) => alike > 0.5)
    .sort((left, right) => right.alike - left.alike)
    .slice(0, SHOWN);
  return {
    anomaly: toAnomalyView(anomaly),
    similar: similar.map(({ other }) => toAnomalyView(other)),
    feedback: feedback.map(toFeedbackView),
  };
}

function isListed(ids: unknown, id: string): boolean {
  return Array.isArray(ids) && ids.includes(id);
}

function toFeedbackView({ id, at, by, kind, subject, details, revokedAt }: Feedback): FeedbackView {
  const reason = typeof details["reason"] === "string" ? details["reason"] : "";
  return { id, at: at.toISOString(), by, kind, subject, reason, revokedAt: revokedAt?.toISOString() ?? null };
}
