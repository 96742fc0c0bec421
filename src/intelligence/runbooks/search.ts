import type { RunbookLink } from "../../alert/group.ts";
import { ANOMALY_ALERT } from "../../alert/names.ts";
import type { RunbookIndex } from "./match.ts";

/** Runbooks for a service's anomalies, then the one whose text is nearest to the words. */
export function searchRunbooks(index: RunbookIndex, query: string): readonly RunbookLink[] {
  const ofService = (["performance", "availability", "security"] as const).map((look) =>
    index.find({ labels: { alertname: ANOMALY_ALERT, service: query, class: look }, annotations: {} }),
  );
  const found = [...ofService, index.find({ labels: {}, annotations: { summary: query } })].filter(
    (link) => link !== null,
  );
  return [...new Map(found.map((link) => [link.id, link])).values()];
}
