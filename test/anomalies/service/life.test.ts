import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Config } from "../../../src/config/schema.ts";
import { saveUnit } from "../../../src/detect/unit.ts";
import type { OpenedStore } from "../../../src/store/assemble.ts";
import type { UnitTrainer } from "../../../src/training/unit-trainer.ts";
import { openMemoryStore, runSql } from "../../store/memory-store.ts";
import { createWorld, directTrainer, MINUTE, noiseAt, ordinary, START, type Values } from "./world.ts";

const HOUR = 60 * MINUTE;
let store: OpenedStore;
beforeAll(async () => {
  store = await openMemoryStore();
});
beforeEach(() => runSql(store, "truncate anomalies, models, states, audit"));
afterAll(() => store.close());

const by = { name: "ada", via: "web" } as const;
const noon = (START + 12 * HOUR) / 1000;

/** Models are trained again every hour, and not for drift. */
const hourly = (config: Config): Config => ({
  ...config,
  detect: { ...config.detect, train: { ...config.detect.train, every: HOUR, drift: 0 } },
});

/** Latency is threefold for ten minutes from twenty minutes after noon on. */
const slowAtTwenty: Values = (entity, metric, seconds) => {
  const value = ordinary(entity, metric, seconds) as number;
  return metric === "latency" && seconds >= noon + 1200 && seconds < noon + 1800 ? value * 3 : value;
};

describe("a model's life", () => {
  it("begins with the first training; then points are scored and events told of", async () => {
    const world = createWorld({ store, values: slowAtTwenty });
    await world.score(1);
    expect(world.current.entities()[0]).toMatchObject({ state: "learning", note: "waiting for training" });
    await world.train();
    await world.score(25);
    expect(world.told.flat().some(({ entity, closedAt }) => entity === "dbs" && closedAt === null)).toBe(true);
    await world.score(15);
    expect((await store.anomalies.recent({ since: new Date(0), limit: 10 }))[0]?.closedAt).toBeInstanceOf(Date);
    const [model] = await store.models.list();
    expect(model).toMatchObject({ active: true, note: "the first of its kind" });
    expect(world.detection.progress()).toMatchObject({ done: 1, total: 1 });
  });

  it("says how long it still learns where history is short", async () => {
    const young: Values = (entity, metric, seconds) =>
      seconds < noon - 3600 ? null : ordinary(entity, metric, seconds);
    const world = createWorld({ store, values: young });
    await world.score(1);
    await world.train();
    expect(world.current.entities()[0]?.note).toBe("learning: 58m of history are still missing");
  });

  it("goes on after a restart where scoring stood, with the same model", async () => {
    const first = createWorld({ store, values: slowAtTwenty });
    await first.score(1);
    await first.train();
    await first.score(24);
    const open = await store.anomalies.open();
    expect(open).toHaveLength(1);
    await first.detection.stop();
    const second = createWorld({ store, values: slowAtTwenty, startAt: first.now().getTime() });
    await second.score(15);
    expect(second.detection.watched()[0]?.unit.version).toBe(first.detection.watched()[0]?.unit.version);
    const events = await store.anomalies.recent({ since: new Date(0), limit: 10 });
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ id: open[0]?.id, closedAt: expect.any(Date) });
  });

  it("trains again on schedule, without rows of events, and promotes a challenger that is not worse", async () => {
    const world = createWorld({
      store,
      values: slowAtTwenty,
      change: hourly,
    });
    await world.score(1);
    await world.train();
    const champion = world.detection.watched()[0]?.unit.version;
    await world.catchUp(50);
    await world.train();
    expect(await store.models.list()).toHaveLength(1);
    await world.score(15);
    await world.train();
    const models = await store.models.list();
    expect(models).toHaveLength(2);
    expect(models[0]).toMatchObject({ active: true, figures: { agreement: expect.any(Number) } });
    expect(models[0]?.note).toMatch(
      /^trained because its time has come; live, not worse: .*points in events did not teach$/,
    );
    expect(world.detection.watched()[0]?.unit.version).not.toBe(champion);
    await world.score(2);
    expect(world.current.entities()[0]).toMatchObject({ state: "ok", modelVersion: models[0]?.version });
  });

  it("answers drift with a new model, and says why", async () => {
    const changed = noon + 1800;
    const drifting: Values = (_, metric, seconds) => {
      const wide = seconds >= changed ? 3 : 1;
      return metric === "cpu" ? 10 + wide * noiseAt(seconds, 1) : 20 + wide * noiseAt(seconds, 2);
    };
    const world = createWorld({
      store,
      values: drifting,
      change: (config) => ({
        ...config,
        detect: { ...config.detect, threshold: { ...config.detect.threshold, risk: 1e-9 } },
      }),
    });
    await world.score(1);
    await world.train();
    for (let hour = 0; hour < 11 && (await store.models.list()).length < 2; hour++) {
      await world.catchUp(60);
      await world.train();
    }
    const [newest] = await store.models.list();
    expect(newest?.note).toMatch(/^trained because (scores are spread|\d+ % of the scores are above)/);
  });

  it("keeps the champion where the challenger is worse, and stores why", async () => {
    let trainings = 0;
    const blindLater: UnitTrainer = {
      async train(job, onProgress, signal) {
        const { unit } = await directTrainer.train(job, onProgress, signal);
        const seen = trainings++ === 0 ? unit : { ...unit, bounds: { least: 1e9, most: null } };
        return { unit: { ...seen, version: `v${trainings}` }, bytes: saveUnit(seen) };
      },
    };
    const world = createWorld({ store, values: ordinary, change: hourly, more: { trainer: blindLater } });
    await world.score(1);
    await world.train();
    const champion = world.detection.watched()[0]?.unit;
    await world.catchUp(61);
    await world.train();
    const models = await store.models.list();
    expect(models).toHaveLength(2);
    expect(world.detection.watched()[0]?.unit.version).toBe(champion?.version);
    expect(models.find(({ active }) => !active)?.note).toMatch(/not live, worse: .*test disturbances/);
  });
});

describe("activate", () => {
  async function twoModels() {
    const world = createWorld({
      store,
      values: slowAtTwenty,
      change: hourly,
    });
    await world.score(1);
    await world.train();
    await world.catchUp(65);
    await world.train();
    const models = await store.models.list();
    const old = models.find(({ active }) => !active);
    return { world, old: old as NonNullable<typeof old> };
  }

  it("brings an older version back at once, warmed up, and records who did it", async () => {
    const { world, old } = await twoModels();
    const answer = await world.models.activate(old.id, by);
    expect(answer).toEqual({ ok: true, reason: expect.stringContaining("is live for dbs from now on") });
    expect(world.detection.watched()[0]?.unit.version).toBe(old.version);
    expect((await store.models.list({ active: true }))[0]).toMatchObject({
      id: old.id,
      note: expect.stringContaining("live by ada"),
    });
    expect((await store.audit.recent(1))[0]).toMatchObject({ actor: "ada", action: "activate model", subject: "dbs" });
    await world.score(3);
    expect(world.current.entities()[0]).toMatchObject({ state: "ok", modelVersion: old.version });
  });

  it("is kept over a restart, which starts it afresh with a warm-up", async () => {
    const { world, old } = await twoModels();
    await world.detection.stop();
    await store.models.activate(old.id);
    const second = createWorld({ store, values: slowAtTwenty, startAt: world.now().getTime() });
    await second.score(2);
    expect(second.detection.watched()[0]?.unit.version).toBe(old.version);
    expect(second.current.entities()[0]?.state).toBe("ok");
  });

  it("takes up what another process made active", async () => {
    const { world, old } = await twoModels();
    await store.models.activate(old.id);
    await world.score(2);
    await world.train();
    expect(world.detection.watched()[0]?.unit.version).toBe(old.version);
  });

  it("refuses an unknown model and one that is live already, with a sentence", async () => {
    const { world } = await twoModels();
    expect(await world.models.activate("nothing", by)).toMatchObject({ ok: false });
    const [active] = await store.models.list({ active: true });
    expect(await world.models.activate(active?.id ?? "", by)).toEqual({
      ok: false,
      reason: expect.stringContaining("is live already"),
    });
  });
});
