import type { Clock } from "../../alert/clock.ts";
import type { RunbookLink } from "../../alert/group.ts";
import type { Catalogue } from "../../config/catalogue.ts";
import type { Runbook } from "../../intelligence/runbooks/runbook.ts";
import type { Actions } from "../../operations/actions-types.ts";
import type { MetricSource } from "../../prometheus/source.ts";
import type { CurrentState } from "../../status/current-state.ts";
import type { OncallNow } from "../../status/status-types.ts";
import type { Store } from "../../store/store.ts";
import type { WebSources } from "../sources.ts";

/** What the pages' data is made of. */
export interface DetailParts {
  readonly catalogue: Catalogue;
  readonly current: CurrentState;
  readonly store: Store;
  readonly source: MetricSource;
  readonly actions: Pick<Actions, "preview">;
  readonly runbooks: readonly Runbook[];
  /** What to do when a service misbehaves, whatever the alert. */
  readonly runbookOf: (service: string) => RunbookLink | null;
  readonly oncall: (service: string | null, at: Date) => Promise<readonly OncallNow[]>;
  readonly clock: Clock;
  readonly demo: boolean;
  /** The first page's data, so that both pages say the same. */
  readonly overview: Pick<WebSources, "services" | "groups">;
}
