import { pino } from "pino";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Alert } from "../../../src/alert/alert.ts";
import { newNotes } from "../../../src/dqm/files/histogram-files.ts";
import type { LumiHistogram } from "../../../src/dqm/judge/histogram.ts";
import { collectReferences } from "../../../src/dqm/judge/references.ts";
import { type DqmModel, fitDqm } from "../../../src/dqm/judge/saved.ts";
import { createDqmRecord, type DqmRecord } from "../../../src/dqm/service/record.ts";
import { createRunAlerts } from "../../../src/dqm/service/run-alerts.ts";
import type { DqmSource } from "../../../src/dqm/service/source.ts";
import { createDqmWatch, type DqmWatch } from "../../../src/dqm/service/watch.ts";
import type { SourceHealth } from "../../../src/status/status-types.ts";
import { lumisectionsOf } from "../judge/synthetic.ts";
import { memoryDqmStore } from "./fakes.ts";

const MINUTE = 60_000;
const log = pino({ level: "silent" });
const ada = { person: { name: "ada" }, via: "slack" } as const;
let model: DqmModel;
let wanted: DqmModel;
let now: Date;
let waiting: LumiHistogram[];
let all: LumiHistogram[];
let fault: Error | null;
let refuses: boolean;
let posted: Alert[];
let health: SourceHealth | null;
let over: number[];
let desk: DqmRecord;
let watch: DqmWatch;
let store: ReturnType<typeof memoryDqmStore>;

beforeAll(async () => {
  const references = collectReferences(1);
  for (const one of [1, 2, 3].flatMap((run) => lumisectionsOf({ run, lumis: 15, shift: 0.2 * (run - 2) }))) {
    references.add(one);
  }
  model = await fitDqm("pull", references.sets(), 1);
});

beforeEach(() => {
  now = new Date("2026-03-01T10:00:00Z");
  [waiting, all, fault, refuses, posted, health, over] = [[], [], null, false, [], null, []];
  store = memoryDqmStore();
  wanted = model;
  start();
});

function start(): void {
  const clock = () => now;
  let ids = 0;
  const source: DqmSource = {
    read: () => stream(all),
    forget: () => {
      waiting = [...all];
    },
    changed: async () => {
      if (fault !== null) {
        throw fault;
      }
      const given = [...waiting];
      return given.length === 0
        ? []
        : [{ where: "x", notes: newNotes(), histograms: stream(given), done: () => void waiting.splice(0) }];
    },
  };
  const post = async (alerts: readonly Alert[]) => {
    if (refuses) {
      throw new Error("connection refused");
    }
    posted.push(...alerts);
  };
  const rules = { open: 3, close: 5, severity: "high" };
  desk = createDqmRecord({ store, clock, newId: () => `o${++ids}`, onChange: (run) => watch.again(run) });
  watch = createDqmWatch({
    source,
    model: async () => wanted,
    excluded: new Map(),
    store,
    desk,
    alerts: createRunAlerts({ post, states: store.states, rules, baseUrl: "http://x", clock, log }),
    over: 15 * MINUTE,
    onRunOver: async ({ run }) => void over.push(run),
    setSource: (given) => {
      health = given;
    },
    clock,
    log,
  });
}

async function* stream(given: readonly LumiHistogram[]) {
  yield* given;
}

/** New lumisections come and are looked at, some minutes later. */
async function come(histograms: readonly LumiHistogram[], minutes = 1): Promise<void> {
  now = new Date(now.getTime() + minutes * MINUTE);
  waiting.push(...histograms);
  all.push(...histograms);
  await watch.look();
}

const good = (run: number, from: number, to: number) => slice(run, from, to, 0.1);
const bad = (run: number, from: number, to: number) => slice(run, from, to, 5);
const slice = (run: number, from: number, to: number, shift: number) =>
  lumisectionsOf({ run, lumis: to, shift }).filter(({ lumi }) => lumi >= from);
const lastPosted = () => posted.at(-1);

describe("watching data quality", () => {
  test("keeps verdicts, and raises one alert per run that lives until enough good lumisections follow", async () => {
    await come([...good(50, 1, 20), ...bad(50, 21, 34)]);
    expect((await desk.report(50))?.counts.BAD).toBeGreaterThan(5);
    expect(lastPosted()).toMatchObject({ labels: { alertname: "BadLumisections", run: "50" }, endsAt: null });
    const startsAt = lastPosted()?.startsAt;
    await come([]);
    expect(lastPosted()).toMatchObject({ endsAt: null, startsAt });
    await come(good(50, 35, 60));
    expect(lastPosted()).toMatchObject({ endsAt: now, startsAt, labels: { run: "50" } });
    expect(new Set(posted.map(({ labels }) => JSON.stringify(labels))).size).toBe(1);
    const count = posted.length;
    await come([]);
    expect(posted).toHaveLength(count);
  });

  test("a run that is over has no alert, and is told of once", async () => {
    await come(good(60, 1, 3));
    await come(bad(60, 4, 20));
    expect(lastPosted()?.endsAt).toBeNull();
    await come(good(61, 1, 3));
    expect(lastPosted()).toMatchObject({ labels: { run: "60" }, endsAt: now });
    expect(over).toEqual([60]);
    await come([], 20);
    await come([], 20);
    expect(over).toEqual([60, 61]);
  });

  test("runs that were there before the start are judged, but no news", async () => {
    await come([...good(70, 1, 5), ...good(71, 1, 5)], 1);
    await come([], 30);
    expect(over).toEqual([]);
    expect(await desk.report(70)).not.toBeNull();
  });

  test("a person's word ends the alert at once", async () => {
    await come([...good(80, 1, 5), ...bad(80, 6, 25)]);
    expect(lastPosted()?.endsAt).toBeNull();
    await desk.overrule({ run: 80, first: 1, last: 100, status: "EXCLUDED", reason: "a calibration run" }, ada);
    expect(lastPosted()).toMatchObject({ endsAt: now, labels: { run: "80" } });
  });

  test("a source that fails is said, and its alerts live on, also after a restart", async () => {
    await come(bad(90, 1, 20));
    fault = new Error("disk is gone");
    start();
    posted = [];
    await expect(come([])).rejects.toThrow("disk is gone");
    expect(health).toMatchObject({ state: "down", because: "disk is gone" });
    expect(lastPosted()).toMatchObject({ labels: { run: "90" }, endsAt: null });
  });

  test("what alertmanager does not take is tried again", async () => {
    refuses = true;
    await expect(come(bad(95, 1, 20))).rejects.toThrow("connection refused");
    refuses = false;
    await come([]);
    expect(lastPosted()).toMatchObject({ labels: { run: "95" }, endsAt: null });
  });

  test("an alert of a run that is nowhere any more ends", async () => {
    await come(bad(96, 1, 20));
    start();
    await come(good(97, 1, 3));
    expect(posted.filter(({ labels, endsAt }) => labels["run"] === "96" && endsAt !== null)).toHaveLength(1);
  });

  test("a new model judges everything again", async () => {
    await come(bad(98, 1, 20));
    const references = collectReferences(1);
    for (const one of [4, 5].flatMap((run) => slice(run, 1, 15, 5))) {
      references.add(one);
    }
    wanted = await fitDqm("pull", references.sets(), 1);
    await come([]);
    expect((await desk.report(98))?.counts).toMatchObject({ BAD: 0, GOOD: 20 });
    expect(lastPosted()).toMatchObject({ endsAt: now });
  });
});
