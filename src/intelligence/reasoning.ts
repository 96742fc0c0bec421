import type { Logger } from "pino";
import type { Alertmanager } from "../alert/alertmanager.ts";
import type { Clock } from "../alert/clock.ts";
import type { Catalogue } from "../config/catalogue.ts";
import type { Config } from "../config/schema.ts";
import type { Store } from "../store/store.ts";
import { type Cycle, type CycleState, createCycle } from "./cycle.ts";
import { keywordRules } from "./keyword-rules.ts";
import { createLearnedDesk, type LearnedDesk } from "./learned/desk.ts";
import { fitInThread } from "./learned/thread.ts";
import { createPipeline, type Pipeline, type PipelineState, type SeenAlert } from "./pipeline.ts";
import { loadRunbooks } from "./runbooks/load.ts";
import { createRunbookIndex, type RunbookIndex } from "./runbooks/match.ts";
import { createSolutionDesk } from "./solutions/desk.ts";

const PIPELINE = "intelligence:pipeline";
const CYCLE = "intelligence:sending";

export interface ReasoningParts {
  readonly config: Config;
  readonly catalogue: Catalogue;
  readonly store: Pick<Store, "feedback" | "history" | "silences" | "states">;
  readonly alertmanager: Alertmanager;
  /** Alerts as the last process saw them. */
  readonly seen: readonly SeenAlert[];
  /** Where people open cmswatch; null where there is no page. */
  readonly baseUrl: string | null;
  readonly clock: Clock;
  readonly log: Pick<Logger, "info">;
}

/** What decides about alerts: the stages with all they know and have learnt, and the sending of what follows. */
export interface Reasoning {
  readonly pipeline: Pipeline;
  readonly runbooks: RunbookIndex;
  readonly learned: LearnedDesk;
  readonly cycle: Cycle;
  /** Keeps what it remembers, for the next process. */
  save(): Promise<void>;
}

/** Goes on where the last process that worked on this store stopped, a service or a single run. */
export async function createReasoning(parts: ReasoningParts): Promise<Reasoning> {
  const { config, catalogue, store, alertmanager, baseUrl, clock, log } = parts;
  const books = loadRunbooks(config.runbooks ?? null);
  const solutions = createSolutionDesk(books, store.feedback);
  const runbooks = createRunbookIndex(books, (id) => runbookUrl(baseUrl, id));
  const learned = createLearnedDesk({
    history: store.history,
    feedback: store.feedback,
    catalogue,
    keywordServices: keywordRules(config.intelligence).map(({ name }) => name),
    fit: fitInThread,
    clock,
    tell: (what, details) => log.info(details, what),
  });
  const state = await store.states.get<PipelineState>(PIPELINE);
  const pipeline = createPipeline(config, { catalogue, runbooks, solutions, learned, state, seen: parts.seen });
  const cycle = createCycle({
    config,
    pipeline,
    alertmanager,
    ledger: store.silences,
    catalogue,
    learners: [solutions, learned],
    state: await store.states.get<CycleState>(CYCLE),
  });
  return {
    pipeline,
    runbooks,
    learned,
    cycle,
    async save() {
      await store.states.put(PIPELINE, pipeline.state());
      await store.states.put(CYCLE, cycle.state());
    },
  };
}

function runbookUrl(baseUrl: string | null, id: string): string {
  return baseUrl === null ? `docs/runbooks/${id}.md` : `${baseUrl}/runbooks/${id}`;
}
