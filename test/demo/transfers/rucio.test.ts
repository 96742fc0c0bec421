import { pino } from "pino";
import { describe, expect, it } from "vitest";
import type { Alert } from "../../../src/alert/alert.ts";
import { configSchema } from "../../../src/config/schema.ts";
import { createSimulatedRucio } from "../../../src/demo/transfers/rucio.ts";
import { createCurrentState } from "../../../src/status/current-state.ts";
import { createTransferService } from "../../../src/transfers/service/service.ts";
import { memoryStore } from "../../transfers/service/memory.ts";

const BEGIN = Date.parse("2026-06-15T12:00:00Z");

describe("the simulated Rucio", () => {
  it("teaches the watch within one reading, stays calm, and a slow storage element is found within minutes", async () => {
    let now = BEGIN;
    const clock = () => new Date(now);
    const rucio = createSimulatedRucio(clock);
    const posted: Alert[] = [];
    const service = createTransferService({
      config: configSchema.parse({
        transfers: {
          elasticsearch: { url: "http://127.0.0.1:1", every: "5s", overlap: "0s" },
          train: { minimum: 1000 },
        },
      }).transfers,
      source: rucio.source,
      every: 5000,
      store: memoryStore().store,
      sink: {
        async push(alerts) {
          posted.push(...alerts);
          return alerts;
        },
      },
      current: createCurrentState(60_000),
      fitSequences: () => Promise.reject(new Error("not used")),
      baseUrl: null,
      clock,
      log: pino({ level: "silent" }),
    });
    await service.loop.runNow();
    expect(service.overview()).toMatchObject({ state: "watching" });
    for (let step = 0; step < 24; step++) {
      now += 5000;
      await service.loop.runNow();
    }
    expect(posted).toEqual([]);
    const storage = rucio.slow(clock());
    const slowSince = now;
    while (posted.length === 0 && now < slowSince + 10 * 60_000) {
      now += 5000;
      await service.loop.runNow();
    }
    expect(posted[0]?.labels).toMatchObject({ tag: "transfers" });
    expect(posted[0]?.labels["entity"]).toContain(storage);
    expect((now - slowSince) / 1000).toBeLessThan(180);
    await service.stop();
  });
});
