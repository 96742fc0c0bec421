import { withoutLabels } from "../../alert/alert.ts";
import { fingerprint } from "../../alert/fingerprint.ts";
import { equals } from "../../alert/matcher.ts";
import { own } from "../../alert/own.ts";
import { STORM_ALERT } from "../collapse/plan.ts";
import type { Batch, Item, Stage } from "../stage.ts";

/** Label that marks an enriched copy; its original is what is processed. */
export const COPY_MARK = equals("cmswatch", "copy");

/**
 * Leaves out our own copies and all but the newest of alerts that differ only in labels to ignore
 * (a random `uuid` at each send makes a new alert each time).
 */
export function preprocessStage(ignoredLabels: readonly string[]): Stage {
  return {
    name: "preprocess",
    run(batch) {
      const dropped = [...batch.dropped];
      const newest = new Map<string, Item>();
      for (const item of batch.items) {
        const own = ownAlert(item);
        if (own !== null) {
          dropped.push({ alert: item.source, reason: own });
          continue;
        }
        const labels = withoutLabels(item.labels, ignoredLabels);
        const identity =
          Object.keys(labels).length === Object.keys(item.labels).length
            ? item.source.fingerprint
            : fingerprint(labels);
        const other = newest.get(identity);
        const isOlder = other !== undefined && other.source.startsAt.getTime() > item.source.startsAt.getTime();
        const [keep, leave] = isOlder ? [other, item] : [item, other];
        newest.set(identity, keep);
        if (leave !== undefined) {
          dropped.push({
            alert: leave.source,
            reason: `the same alert came again (fingerprint ${keep.source.fingerprint})`,
          });
        }
      }
      return { ...batch, items: [...newest.values()], dropped } satisfies Batch;
    },
  };
}

/** Why an alert is a stand-in of ours for others that are processed themselves; null for all the rest. */
function ownAlert({ labels }: Item): string | null {
  if (own(labels, COPY_MARK.name) === COPY_MARK.value) {
    return "it is our own enriched copy";
  }
  return labels["alertname"] === STORM_ALERT ? "it stands for a storm whose alerts are here" : null;
}
