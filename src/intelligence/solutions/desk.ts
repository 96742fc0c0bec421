import type { Solution } from "../../alert/group.ts";
import { seededRandom } from "../../detect/math/random.ts";
import type { FeedbackRepository } from "../../store/store.ts";
import type { Runbook } from "../runbooks/runbook.ts";
import type { Item } from "../stage.ts";
import { createSolutionRanker } from "./ranker.ts";

/** Proposes solutions for alerts and keeps up with what people say of them. */
export interface SolutionDesk {
  /** Reads what people have said since. */
  refresh(): Promise<void>;
  propose(item: Item): readonly Solution[];
}

const MAX_FEEDBACK = 5000;
/** Thompson sampling from a belief sharpened so: in simulation it loses little to the mean, and goes on trying. */
const SHARPNESS = 10;
const MOST = 5;

/** Solutions from runbooks and from what people said helped. An alert keeps its order until somebody answers. */
export function createSolutionDesk(
  runbooks: readonly Runbook[],
  feedback: Pick<FeedbackRepository, "list">,
): SolutionDesk {
  const byId = new Map(runbooks.map((runbook) => [runbook.id, runbook]));
  let ranker = createSolutionRanker([]);
  return {
    async refresh() {
      const [helped, failed] = await Promise.all(
        (["helped", "did-not-help"] as const).map((kind) => feedback.list({ kind, limit: MAX_FEEDBACK })),
      );
      ranker = createSolutionRanker([...(helped ?? []), ...(failed ?? [])]);
    },
    propose(item) {
      const runbook = item.runbook === null ? undefined : byId.get(item.runbook.id);
      if (runbook === undefined) {
        return [];
      }
      const random = seededRandom(Number.parseInt(item.source.fingerprint.slice(0, 8), 16));
      const context = item.labels["service"] ?? "cluster";
      return ranker.rank(runbook, context, { random, sharpness: SHARPNESS }).slice(0, MOST);
    },
  };
}
