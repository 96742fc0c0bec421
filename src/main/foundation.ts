import type { Logger } from "pino";
import type { Alertmanager } from "../alert/alertmanager.ts";
import type { Clock } from "../alert/clock.ts";
import { UserError } from "../alert/user-error.ts";
import { createAlertmanagerClient } from "../alertmanager/client.ts";
import { createEmbeddedAlertmanager } from "../alertmanager/embedded/embedded.ts";
import { type Catalogue, loadCatalogue } from "../config/catalogue.ts";
import type { Config } from "../config/schema.ts";
import type { World, WorldParts } from "../demo/demo.ts";
import { createPrometheusClient } from "../prometheus/client.ts";
import type { MetricSource } from "../prometheus/source.ts";
import type { Lifecycle } from "../runtime/lifecycle.ts";
import { createLoop, type Loop } from "../runtime/loop.ts";
import { openStore } from "../store/open.ts";
import type { Store } from "../store/store.ts";
import type { Turn } from "../store/turn.ts";
import { openTrainer, type RunningTrainer } from "../training/open-trainer.ts";

/** What everything else is built on: where things are kept, sent and read. */
export interface Foundation {
  readonly catalogue: Catalogue;
  readonly store: Store;
  readonly alertmanager: Alertmanager;
  readonly source: MetricSource;
  readonly trainer: RunningTrainer;
  /** Null where everything is real. */
  readonly world: World | null;
  /** Throws once another replica may work: nothing is sent after that. */
  readonly refuseIfOver: () => void;
  /** Loops that keep the foundation itself in order. */
  readonly loops: readonly Loop[];
}

export interface FoundationParts {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Logger;
  readonly lifecycle: Lifecycle;
  /** Builds the simulated world of the demo; null where everything is real. */
  readonly createWorld: ((parts: WorldParts) => Promise<World>) | null;
  readonly turn: Turn | null;
}

const SNAPSHOT = "alertmanager";
const SNAPSHOT_EVERY = 5000;
const CATCH_UP_EVERY = 60_000;

/** Opens what the configuration names, or what the simulated world has instead. */
export async function openFoundation(parts: FoundationParts): Promise<Foundation> {
  const { config, clock, log, lifecycle } = parts;
  const catalogue = loadCatalogue(config.services ?? null);
  const store = await openStore(config.store, { log, turn: parts.turn?.number });
  lifecycle.onStop("store", () => store.close());
  const { alertmanager, loop } = await openAlertmanager(parts, store);
  const world = (await parts.createWorld?.({ store, catalogue, clock, alertmanager })) ?? null;
  lifecycle.onStop("simulated world", async () => world?.close());
  const trainer = openTrainer(config.detect, log);
  lifecycle.onStop("trainer", () => trainer.stop());
  const source = world?.source ?? openMetrics(config);
  return { catalogue, store, alertmanager, source, trainer, world, refuseIfOver: fenceOf(parts.turn), loops: [loop] };
}

/** The configured Alertmanagers, or the embedded one with what it knew when the last process ended. */
function fenceOf(turn: Turn | null): () => void {
  return () => {
    if (turn?.isHeld() === false) {
      throw new UserError("is over: another replica works", `turn ${turn.number}`, "this process ends at once");
    }
  };
}

async function openAlertmanager(
  { config, clock, log, lifecycle, turn }: FoundationParts,
  store: Store,
): Promise<{ readonly alertmanager: Alertmanager; readonly loop: Loop }> {
  if (config.alertmanager.urls !== "embedded") {
    const client = createAlertmanagerClient(config.alertmanager, {
      log,
      clock,
      states: store.states,
      mayWrite: fenceOf(turn),
    });
    const run = async () => void (await client.catchUp());
    return {
      alertmanager: client,
      loop: createLoop({ name: "alertmanager catch-up", every: CATCH_UP_EVERY, run, clock, log }),
    };
  }
  const embedded = createEmbeddedAlertmanager({ clock });
  const saved = await store.states.get(SNAPSHOT);
  if (saved !== null) {
    embedded.restore(saved);
  }
  const run = () => store.states.put(SNAPSHOT, embedded.snapshot());
  lifecycle.onStop("embedded alertmanager", run);
  return {
    alertmanager: embedded,
    loop: createLoop({ name: "alertmanager snapshot", every: SNAPSHOT_EVERY, run, clock, log }),
  };
}

function openMetrics(config: Config): MetricSource {
  const { url } = config.prometheus;
  if (url === "simulated") {
    throw new UserError(
      "is `simulated`: there is no server to ask",
      "prometheus.url",
      "name its address, or run `cmswatch demo`",
    );
  }
  return createPrometheusClient({ ...config.prometheus, url });
}
