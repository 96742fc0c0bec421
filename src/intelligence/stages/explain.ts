import { alertName } from "../../alert/alert.ts";
import { ANOMALY_ALERT } from "../../alert/names.ts";
import { type SeverityRanking, severityRank } from "../../alert/severity.ts";
import type { Catalogue } from "../../config/catalogue.ts";
import { serviceOf, sourceOf } from "../grouping/facts.ts";
import { outageFacts } from "../grouping/outage.ts";
import type { OutageFacts } from "../grouping/types.ts";
import { applyChange, type Change, type Item, type Stage, toError } from "../stage.ts";

const EARLY = 5 * 60;
const OVERTIME = 15 * 60;
/** Sites whose computing centre the status board is about. */
const LOCAL_SITE = /^T[0-3]_CH_CERN/;

interface Intervention {
  readonly name: string;
  readonly facts: OutageFacts;
}

/**
 * Links anomalies and tickets to the intervention that covers them in time and system, and ranks them one level lower. Nothing
 * is hidden: a level lower is still to be seen, and the reason names the intervention.
 */
export function explainStage(catalogue: Catalogue, ranking: SeverityRanking): Stage {
  return {
    name: "explain",
    run(batch) {
      const interventions = batch.items.flatMap((item) => readIntervention(item, catalogue) ?? []);
      if (interventions.length === 0) {
        return batch;
      }
      const failures = [...batch.failures];
      const items = batch.items.map((item) => {
        try {
          return applyChange(item, "explain", explain(item, interventions, catalogue, ranking));
        } catch (error) {
          failures.push({ fingerprint: item.source.fingerprint, error: toError(error) });
          return item;
        }
      });
      return { ...batch, items, failures };
    },
  };
}

function readIntervention(item: Item, catalogue: Catalogue): Intervention | null {
  if (item.labels["service"] !== "SSB") {
    return null;
  }
  const seconds = (date: Date) => Math.floor(date.getTime() / 1000);
  const { startsAt, endsAt } = item.source;
  const event = {
    t: seconds(startsAt),
    labels: item.labels,
    annotations: item.annotations,
    startsAt: seconds(startsAt),
    ...(endsAt === null ? {} : { endsAt: seconds(endsAt) }),
  };
  return { name: alertName(item).replace(/^ssb-/, ""), facts: outageFacts(event, catalogue) };
}

function explain(
  item: Item,
  interventions: readonly Intervention[],
  catalogue: Catalogue,
  ranking: SeverityRanking,
): Change | null {
  // An anomaly whose own event knew of the intervention was ranked lower before it was first pushed.
  const isAnomaly = item.labels["alertname"] === ANOMALY_ALERT && item.source.annotations["explained_by"] === undefined;
  const isTicket = sourceOf(item.labels) === "ticket";
  const found = isAnomaly || isTicket ? interventions.find(({ facts }) => covers(facts, item, catalogue)) : undefined;
  if (found === undefined) {
    return null;
  }
  const given = item.labels["severity"];
  const lower = oneLower(given, ranking);
  const what = `intervention ${found.name} covers it in time and system`;
  return {
    annotations: { ...item.annotations, explained_by: found.name },
    ...(lower === null ? {} : { labels: { ...item.labels, severity: lower } }),
    reason: lower === null ? what : `${what}: ${lower} instead of ${given}`,
  };
}

function covers(facts: OutageFacts, item: Item, catalogue: Catalogue): boolean {
  const began = item.source.startsAt.getTime() / 1000;
  if (facts.system === "other" || began < facts.startsAt - EARLY || began > facts.endsAt + OVERTIME) {
    return false;
  }
  const site = item.labels["Site"];
  if (site !== undefined) {
    return LOCAL_SITE.test(site);
  }
  const node = item.labels["node"];
  const service = serviceOf(item.labels, catalogue);
  const isNamed =
    (node !== undefined && facts.nodes.includes(node)) || (service !== null && facts.services.includes(service));
  return isNamed || (facts.nodes.length === 0 && facts.services.length === 0);
}

/** The next lower severity, named as alerts are, not as tickets; null when there is none. */
function oneLower(severity: string | undefined, ranking: SeverityRanking): string | null {
  const rank = severityRank(severity, ranking);
  const lower = Object.entries(ranking).filter(
    ([name, other]) => other < rank && !["notification", "ticket"].includes(name),
  );
  const best = Math.max(...lower.map(([, other]) => other));
  return lower.find(([, other]) => other === best)?.[0] ?? null;
}
