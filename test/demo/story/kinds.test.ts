import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Anomaly } from "../../../src/alert/anomaly.ts";
import { createDetection } from "../../../src/anomalies/service/detection.ts";
import { loadCatalogue } from "../../../src/config/catalogue.ts";
import { entitySpecs } from "../../../src/config/entities.ts";
import { loadConfig } from "../../../src/config/load.ts";
import type { InjectionKind } from "../../../src/demo/cmsweb/injection.ts";
import { createSimulation } from "../../../src/demo/cmsweb/simulation.ts";
import { createSimulatedSource } from "../../../src/demo/cmsweb/source.ts";
import { demoEnvironment } from "../../../src/demo/demo.ts";
import { type MetricSource, MetricSourceError } from "../../../src/prometheus/source.ts";
import { createCurrentState } from "../../../src/status/current-state.ts";
import type { OpenedStore } from "../../../src/store/assemble.ts";
import { directTrainer } from "../../anomalies/service/world.ts";
import { openMemoryStore, runSql } from "../../store/memory-store.ts";

const MINUTE = 60_000;
let store: OpenedStore;
beforeAll(async () => {
  store = await openMemoryStore();
});
beforeEach(() => runSql(store, "truncate anomalies, models, states, audit"));
afterAll(() => store.close());

/** The demo's own settings and history, with a detector that trains at once. */
async function happen(service: string, kind: InjectionKind, at: string, around = (source: MetricSource) => source) {
  const catalogue = loadCatalogue(null);
  const config = loadConfig(null, { ...demoEnvironment(undefined), CMSWATCH_DETECT_DETECTORS: "mahalanobis" });
  const simulation = createSimulation({ catalogue, seed: 1 });
  let now = new Date(at);
  const events = new Map<string, Anomaly>();
  const detection = createDetection({
    events: { on: () => {} },
    config,
    catalogue,
    specs: entitySpecs(config, catalogue).filter((spec) => spec.service === service),
    source: around(createSimulatedSource(simulation, () => now)),
    store,
    trainer: directTrainer,
    current: createCurrentState(MINUTE),
    clock: () => now,
    log: pino({ level: "silent" }),
    onAnomalies: async (changed) => {
      for (const event of changed) {
        events.set(event.id, event);
      }
    },
  });
  const run = (name: string) => detection.loops.find((loop) => loop.name === name)?.runNow();
  await run("scoring");
  await run("training");
  const [model] = await store.models.list({ active: true });
  simulation.inject({ service, kind, from: now, duration: 6 * MINUTE });
  now = new Date(now.getTime() + 3 * MINUTE);
  await run("scoring");
  return { kinds: [...events.values()].map((event) => event.kind), note: model?.note };
}

describe("the story's anomalies, by what the engine says of them", () => {
  it.each([
    ["frontend", "2026-06-15T03:30:00Z"],
    ["frontend", "2026-06-15T14:30:00Z"],
    ["confdb", "2026-06-20T14:30:00Z"],
    ["couchdb", "2026-06-21T22:30:00Z"],
  ])("%s with the load of another hour is contextual at %s", async (service, at) => {
    expect((await happen(service, "contextual", at)).kinds).toEqual(["contextual"]);
  });

  it("dbs far outside anything is a point anomaly", async () => {
    expect((await happen("dbs", "point", "2026-06-15T14:30:00Z")).kinds).toEqual(["point"]);
  });

  it("models are trained all the same where the weeks before cannot be read, and say so", async () => {
    const short = (source: MetricSource): MetricSource => ({
      ...source,
      range: (query, from, to, step, signal) =>
        step > MINUTE
          ? Promise.reject(new MetricSourceError("no data before yesterday", false))
          : source.range(query, from, to, step, signal),
    });
    const { kinds, note } = await happen("frontend", "contextual", "2026-06-15T14:30:00Z", short);
    expect(note).toContain("ranges by hour only from the model's own history (no data before yesterday)");
    expect(kinds).toEqual(["point"]);
  });
});
