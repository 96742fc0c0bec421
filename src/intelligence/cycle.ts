import type { ActiveAlert } from "../alert/alert.ts";
import type { Alertmanager } from "../alert/alertmanager.ts";
import type { Catalogue } from "../config/catalogue.ts";
import type { Config } from "../config/schema.ts";
import type { SilenceLedgerRepository } from "../store/store.ts";
import { type CollapseReport, type CollapserState, createCollapser } from "./collapse/collapser.ts";
import { type CopierState, type CopyReport, createCopier } from "./copies/copier.ts";
import type { Pipeline, PipelineResult } from "./pipeline.ts";

/** What the sending half of the pipeline needs. */
export interface CycleParts {
  readonly config: Pick<Config, "intelligence">;
  readonly pipeline: Pipeline;
  readonly alertmanager: Pick<Alertmanager, "post" | "putSilence" | "expireSilence">;
  readonly ledger: Pick<SilenceLedgerRepository, "save" | "get">;
  readonly catalogue: Catalogue;
  /** They learn of new answers before each look. */
  readonly learners?: readonly { refresh(): Promise<void> }[];
  /** What an earlier cycle's `state()` gave, without the pipeline's own. */
  readonly state?: CycleState | null;
}

export interface CycleState {
  readonly version: 1;
  readonly collapser: CollapserState;
  readonly copier: CopierState;
}

/** What one cycle found and sent. */
export interface CycleResult extends PipelineResult {
  readonly collapses: readonly CollapseReport[];
  readonly copies: CopyReport | null;
  /** What could not be sent, one line each; it is tried again at the next cycle. */
  readonly faults: readonly string[];
}

/** One look after the other: the pipeline decides, then storms, copies and the alerts it raises are sent. */
export interface Cycle {
  run(alerts: readonly ActiveAlert[], now: Date, options?: CycleOptions): Promise<CycleResult>;
  state(): CycleState;
}

export interface CycleOptions {
  readonly acknowledged?: ReadonlySet<string>;
  /** Decides everything and sends nothing. */
  readonly dryRun?: boolean;
}

/** Each step of sending stands alone: one that fails is reported and does not stop the others. */
export function createCycle(parts: CycleParts): Cycle {
  const { pipeline, alertmanager, ledger, catalogue, learners = [], state = null } = parts;
  const { disable, enrich } = parts.config.intelligence;
  const collapser = createCollapser({ alertmanager, ledger, catalogue, state: state?.collapser ?? null });
  const copier = createCopier({ alertmanager, ledger, state: state?.copier ?? null });
  return {
    state: () => ({ version: 1, collapser: collapser.state(), copier: copier.state() }),
    async run(alerts, now, { acknowledged = new Set<string>(), dryRun = false } = {}) {
      const faults: string[] = [];
      const attempt = async <T>(what: string, send: () => Promise<T>): Promise<T | null> => {
        try {
          return await send();
        } catch (error) {
          faults.push(`${what}: ${(error as Error).message}`);
          return null;
        }
      };
      await attempt("people's answers", () => Promise.all(learners.map((learner) => learner.refresh())));
      const ownSilences = new Set([...collapser.silenceIds(), ...copier.silenceIds()]);
      const result = pipeline.run(alerts, now, { acknowledged, ownSilences });
      if (result.raised.length > 0 && !dryRun) {
        await attempt("raise", () => alertmanager.post(result.raised));
      }
      const collapses = disable.includes("collapse")
        ? []
        : await attempt("collapse", () => collapser.run({ ...result, alerts, now, dryRun }));
      const copies =
        enrich === "copy" ? await attempt("copy", () => copier.run(result.items, alerts, now, dryRun)) : null;
      return { ...result, collapses: collapses ?? [], copies, faults };
    },
  };
}
