import { existsSync } from "node:fs";
import { systemClock } from "../alert/clock.ts";
import { createAlertmanagerClient } from "../alertmanager/client.ts";
import { loadCatalogue } from "../config/catalogue.ts";
import { loadConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { syncAnnotations } from "../grafana/annotation-sync.ts";
import { createGrafanaClient } from "../grafana/client.ts";
import { type CycleState, createCycle } from "../intelligence/cycle.ts";
import { createPipeline, type PipelineState } from "../intelligence/pipeline.ts";
import { loadRunbooks } from "../intelligence/runbooks/load.ts";
import { createRunbookIndex } from "../intelligence/runbooks/match.ts";
import { createSolutionDesk } from "../intelligence/solutions/desk.ts";
import { wantedAnnotations } from "../intelligence/wanted-annotations.ts";
import { openStore } from "../store/open.ts";
import type { Store } from "../store/store.ts";
import type { CommandContext } from "./command.ts";

const PIPELINE = "pipeline";
const CYCLE = "sending";

/** Everything that `cmswatch intelligence run` works with. */
export async function openIntelligence(
  options: { readonly config: string; readonly dryRun?: boolean },
  context: CommandContext,
) {
  const config = loadConfig(options.config, context.environment);
  const catalogue = loadCatalogue(config.services ?? null);
  const alertmanager = createAlertmanagerClient(config.alertmanager, { log: context.log, clock: systemClock });
  const grafana = config.grafana.url === undefined ? null : createGrafanaClient(config.grafana, systemClock);
  const store = await storeFor(config.store, options.dryRun === true, context);
  const books = loadRunbooks(config.runbooks ?? null);
  const baseUrl = config.web.baseUrl ?? `http://${config.web.listen}`;
  const solutions = createSolutionDesk(books, store.feedback);
  const runbooks = createRunbookIndex(books, (id) => `${baseUrl}/runbooks/${id}`);
  const saved = await store.states.get<PipelineState>(PIPELINE);
  const pipeline = createPipeline(config, { catalogue, runbooks, solutions, state: saved });
  const state = await store.states.get<CycleState>(CYCLE);
  const cycle = createCycle({
    config,
    pipeline,
    alertmanager,
    ledger: store.silences,
    catalogue,
    learners: [solutions],
    state,
  });
  const dryRun = options.dryRun === true;

  async function look() {
    const now = systemClock();
    const acknowledged = new Set((await store.acknowledgements.active()).map(({ groupId }) => groupId));
    const result = await cycle.run(await alertmanager.alerts(), now, { acknowledged, dryRun });
    const annotations =
      grafana === null || config.intelligence.disable.includes("annotate") ? null : await annotate(now);
    if (!dryRun) {
      await store.states.put(PIPELINE, pipeline.state());
      await store.states.put(CYCLE, cycle.state());
    }
    return { result, annotations };

    async function annotate(at: Date) {
      try {
        return grafana === null ? null : await syncAnnotations(grafana, wantedAnnotations(result.items), at, dryRun);
      } catch (error) {
        return { steps: [], kept: 0, faults: [`annotations: ${(error as Error).message}`] };
      }
    }
  }
  return { every: config.intelligence.every, look, close: () => store.close() };
}

/** A dry run makes no store where there is none. */
async function storeFor(config: Config["store"], dryRun: boolean, context: CommandContext): Promise<Store> {
  const isDatabase = /^postgres(ql)?:/.test(config.url);
  if (dryRun && !isDatabase && !existsSync(config.url)) {
    const { openInMemory } = await import("../store/pglite.ts");
    return openInMemory();
  }
  return openStore(config, { log: context.log });
}
