import { systemClock } from "../../alert/clock.ts";
import { createAlertmanagerClient } from "../../alertmanager/client.ts";
import { loadCatalogue } from "../../config/catalogue.ts";
import { loadConfig } from "../../config/load.ts";
import type { Config } from "../../config/schema.ts";
import { mayHoldStore } from "../../config/store-place.ts";
import { syncAnnotations } from "../../grafana/annotation-sync.ts";
import { createGrafanaClient } from "../../grafana/client.ts";
import { createReasoning } from "../../intelligence/reasoning.ts";
import { recallSeen } from "../../intelligence/seen.ts";
import { wantedAnnotations } from "../../intelligence/wanted-annotations.ts";
import { openStore } from "../../store/open.ts";
import type { Store } from "../../store/store.ts";
import type { CommandContext } from "../command.ts";

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
  const reasoning = await createReasoning({
    config,
    catalogue,
    store,
    alertmanager,
    seen: await recallSeen(store.history, systemClock()),
    baseUrl: config.web.baseUrl ?? `http://${config.web.listen}`,
    clock: systemClock,
    log: context.log,
  });
  const dryRun = options.dryRun === true;

  let isTaught = false;

  async function look() {
    if (!isTaught) {
      // A single look has no later one that could know better: it waits for what there is to learn.
      await reasoning.learned.refresh();
      await reasoning.learned.settled();
      isTaught = true;
    }
    const now = systemClock();
    const acknowledged = new Set((await store.acknowledgements.active()).map(({ groupId }) => groupId));
    const result = await reasoning.cycle.run(await alertmanager.alerts(), now, { acknowledged, dryRun });
    const annotations =
      grafana === null || config.intelligence.disable.includes("annotate") ? null : await annotate(now);
    if (!dryRun) {
      await reasoning.save();
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
  if (dryRun && !mayHoldStore(config.url)) {
    const { openInMemory } = await import("../../store/pglite.ts");
    return openInMemory();
  }
  return openStore(config, { log: context.log });
}
