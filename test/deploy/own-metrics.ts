import { pino } from "pino";
import { collectDefaultMetrics, Registry } from "prom-client";
import { createTally } from "../../src/intelligence/tally.ts";
import { registerMetrics } from "../../src/main/metrics.ts";
import type { Loop } from "../../src/runtime/loop.ts";
import { createLoop } from "../../src/runtime/loop.ts";
import { createCurrentState } from "../../src/status/current-state.ts";
import type { Store } from "../../src/store/store.ts";
import { buildWeb } from "../../src/web/web.ts";
import { webOptions } from "../web/build.ts";

export const NOW = new Date("2026-06-15T12:00:00Z");

/** The text of /metrics of a cmswatch in which a little of everything has happened. */
export async function ownMetrics(): Promise<string> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const current = createCurrentState(60_000);
  const tally = createTally();
  registerMetrics(registry, {
    health: () => ({ longestDelay: 0, rejections: 0 }),
    service: { loops: [await finishedLoop()], current, tally },
    store: { models: { list: async () => [MODEL] } as unknown as Store["models"] },
    version: "1.2.3",
  });
  current.setSource({ name: "alertmanager", state: "ok", at: NOW, because: "2 alerts" });
  current.setSource({ name: "prometheus", state: "down", at: null, because: "away" });
  current.setSource({ name: "slack", state: "off", at: null, because: "not configured" });
  current.setEntity({ ...ENTITY, at: NOW });
  tally.stage({ stage: "severity", milliseconds: 12, failures: ["DBSDown: no"] });
  tally.delivered("slack", NOW);
  tally.failed("slack");
  const app = await buildWeb(webOptions({ registry }).options);
  const { body } = await app.inject({ url: "/metrics", headers: { host: "127.0.0.1:1" } });
  await app.close();
  return body;
}

async function finishedLoop(): Promise<Loop> {
  const log = pino({ level: "silent" });
  const loop = createLoop({ name: "alerts", every: 60_000, run: async () => {}, clock: () => NOW, log });
  await loop.runNow();
  await loop.stop();
  return loop;
}

const ENTITY = {
  entity: "dbs",
  service: "dbs",
  state: "ok",
  note: null,
  score: 1,
  threshold: 4,
  detector: "aefc",
  modelVersion: "1",
} as const;

const MODEL = {
  id: "m-1",
  entity: "dbs",
  service: "dbs",
  detector: "aefc",
  version: "1",
  trainedAt: NOW,
  trainedFrom: NOW,
  trainedTo: NOW,
  metrics: ["cpu"],
  threshold: 4,
  figures: {},
  active: true,
};
