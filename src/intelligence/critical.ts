import type { ActiveAlert, Alert } from "../alert/alert.ts";
import { CRITICAL_ALERT } from "../alert/names.ts";
import { own } from "../alert/own.ts";
import { type SeverityRanking, severityRank } from "../alert/severity.ts";
import type { Item } from "./stage.ts";

/**
 * The alert that is raised when more than `threshold` alerts of the worst severity are active at once, else null.
 * Its labels never change; how many and which is in its annotations.
 */
export function criticalAlert(
  items: readonly Item[],
  ranking: SeverityRanking,
  threshold: number,
  now: Date,
): Alert | null {
  const worstRank = Math.max(...Object.values(ranking));
  const worst = Object.keys(ranking).find((name) => own(ranking, name) === worstRank) ?? "urgent";
  const urgent = items.filter(
    (item) =>
      isActive(item.source) &&
      item.labels["alertname"] !== CRITICAL_ALERT &&
      severityRank(item.labels["severity"], ranking) === worstRank,
  );
  if (urgent.length <= threshold) {
    return null;
  }
  const names = [...new Set(urgent.map((item) => item.labels["alertname"] ?? ""))];
  // The alert that made them too many, of those that still fire.
  const began = urgent.map((item) => item.source.startsAt.getTime()).sort((left, right) => left - right);
  const since = Math.min(now.getTime(), began[threshold] ?? now.getTime());
  return {
    labels: { alertname: CRITICAL_ALERT, service: "cmsweb", severity: worst, tag: "cmsweb" },
    annotations: {
      summary: `${urgent.length} ${worst} alerts are active at once`,
      description: `More than ${threshold} ${worst} alerts at once: ${names.slice(0, 10).join(", ")}${names.length > 10 ? `, and ${names.length - 10} more` : ""}.`,
    },
    startsAt: new Date(since),
    endsAt: null,
  };
}

function isActive(alert: ActiveAlert): boolean {
  return alert.state !== "suppressed";
}
