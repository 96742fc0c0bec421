import type { Logger } from "pino";
import { systemClock } from "../alert/clock.ts";
import type { Config } from "../config/schema.ts";
import type { World, WorldParts } from "../demo/demo.ts";
import { createLifecycle, type Lifecycle } from "../runtime/lifecycle.ts";
import { openFoundation } from "./foundation.ts";
import type { MetricParts } from "./metrics.ts";
import { createService, type Service } from "./service.ts";
import { startWeb } from "./start-web.ts";

/** Everything that runs. */
export interface Running {
  readonly service: Service;
  /** Address of the page. */
  readonly url: string;
  readonly lifecycle: Lifecycle;
}

export interface ComposeOptions {
  readonly version: string;
  readonly log: Logger;
  /** How the process itself does, for the metrics. */
  readonly health: MetricParts["health"];
  /** Builds the simulated world of the demo; null where everything is real. */
  readonly createWorld: ((parts: WorldParts) => Promise<World>) | null;
}

/**
 * Builds everything from the configuration and starts it in order: store, Alertmanager, Slack, page, loops.
 * @throws UserError when something cannot be started; what was started is stopped again
 */
export async function compose(config: Config, options: ComposeOptions): Promise<Running> {
  const lifecycle = createLifecycle(options.log);
  try {
    return await build(config, options, lifecycle);
  } catch (error) {
    await lifecycle.stop();
    throw error;
  }
}

async function build(config: Config, options: ComposeOptions, lifecycle: Lifecycle): Promise<Running> {
  const { version, log, createWorld, health } = options;
  const clock = systemClock;
  const foundation = await openFoundation({ config, clock, log, lifecycle, createWorld });
  const service = await createService({ config, foundation, clock, log });
  lifecycle.onStop("service", () => service.stop());
  const { bot, events, loops } = service;
  const botUrl = (await bot?.start()) ?? null;
  lifecycle.onStop("bot", async () => bot?.stop());
  lifecycle.onStop("events", () => events.stop());
  const web = await startWeb({ config, version, foundation, service, clock, log, health });
  lifecycle.onStop("page", () => web.close());
  for (const loop of loops) {
    loop.start();
    lifecycle.onStop(loop.name, () => loop.stop());
  }
  foundation.world?.begin({ current: service.current, progress: service.detection.progress, botUrl });
  return { service, url: web.url, lifecycle };
}
