import { pino } from "pino";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { DqmStatus } from "../../../src/alert/dqm.ts";
import type { Growth } from "../../../src/dqm/judge/certified.ts";
import type { LumiHistogram } from "../../../src/dqm/judge/histogram.ts";
import { lumiScores } from "../../../src/dqm/judge/lumi-scores.ts";
import { collectReferences } from "../../../src/dqm/judge/references.ts";
import { type DqmModel, fitDqm, loadDqm, saveDqm } from "../../../src/dqm/judge/saved.ts";
import { judgeRun } from "../../../src/dqm/judge/verdicts.ts";
import { createGrowth, type OverRun } from "../../../src/dqm/service/growth.ts";
import { createDqmRecord, type DqmRecord } from "../../../src/dqm/service/record.ts";
import type { AuditEntry } from "../../../src/store/store.ts";
import { lumisectionsOf } from "../judge/synthetic.ts";
import { memoryDqmStore } from "./fakes.ts";

const ada = { person: { name: "ada" }, via: "slack" } as const;
const never = new AbortController().signal;
let first: DqmModel;
let model: DqmModel;
let saves: number;
let reads: string[];
let audit: AuditEntry[];
let over: OverRun[];
let data: Map<string, readonly LumiHistogram[]>;
let store: ReturnType<typeof memoryDqmStore>;
let desk: DqmRecord;

beforeAll(async () => {
  const references = collectReferences(1);
  for (const one of [1, 2].flatMap((run) => lumisectionsOf({ run, lumis: 30, shift: 0.2 * run }))) {
    references.add(one);
  }
  first = await fitDqm("pull", references.sets(), 1);
});

beforeEach(() => {
  [model, saves, reads, audit, over, data] = [first, 0, [], [], [], new Map()];
  store = memoryDqmStore();
  let ids = 0;
  const clock = () => new Date(Date.UTC(2026, 2, 1, 10, 0, ids));
  desk = createDqmRecord({ store, clock, newId: () => `o${++ids}` });
});

/** A run that is over, judged by the model as it is. */
async function ended(run: number, lumis: readonly LumiHistogram[]): Promise<void> {
  const known = model.histograms.get("charge") as NonNullable<ReturnType<typeof model.histograms.get>>;
  const scores = Float64Array.from(lumis, ({ counts }) => known.score(counts));
  const gains = new Float32Array(scores.length).fill(Number.NaN);
  const histogram = { name: "charge", threshold: known.threshold, lumis: lumis.map(({ lumi }) => lumi), scores, gains };
  const verdicts = judgeRun(run, lumiScores(run, [histogram]));
  await store.dqm.saveRun({ run, judgedAt: new Date(), detector: "pull", lumis: verdicts, evidence: [] });
  over.push({ run, places: [`run-${run}.csv`] });
  data.set(`run-${run}.csv`, lumis);
}

async function grow(growth: Growth): Promise<void> {
  const growing = createGrowth({
    growth,
    model: async () => model,
    save: async (grown) => {
      saves++;
      model = loadDqm(saveDqm(grown), "saved");
    },
    desk,
    over: () => over,
    async *read(place) {
      reads.push(place);
      yield* data.get(place) ?? [];
    },
    store: { audit: { append: async (entry: AuditEntry) => void audit.push(entry), recent: async () => audit } },
    clock: () => new Date("2026-03-01T11:00:00Z"),
    log: pino({ level: "silent" }),
  });
  await growing.run(never);
}

const say = (run: number, from: number, to: number, status: DqmStatus) =>
  desk.overrule({ run, first: from, last: to, status, reason: "looked at it" }, ada);
const references = () => [...model.histograms.values()].flatMap(({ set }) => set.runs);
const runs = () => references().map(({ run }) => run);

describe("references that follow what is certified", () => {
  test("take what people call good, from where it was read, and say so in the audit log; once", async () => {
    await ended(7, lumisectionsOf({ run: 7, lumis: 60, shift: 3 }));
    await ended(8, lumisectionsOf({ run: 8, lumis: 60, shift: 0.3 }));
    await grow("people");
    expect([runs(), saves]).toEqual([[1, 2], 0]);
    await say(7, 1, 40, "GOOD");
    await grow("people");
    await grow("people");
    expect([runs(), saves, reads]).toEqual([[1, 2, 7], 1, ["run-7.csv"]]);
    expect(references().at(-1)).toMatchObject({
      lumisections: 40,
      certified: { lumisections: "1-40", because: "ada called 40 lumisections good" },
    });
    expect(audit).toMatchObject([{ action: "add reference run", subject: "run 7", via: "system" }]);
  });

  test("judge the next run by it: what was unlike is usual now", async () => {
    const next = lumisectionsOf({ run: 9, lumis: 40, shift: 3 });
    const worst = () =>
      Math.max(
        ...next.map(({ counts }) => {
          const known = model.histograms.get("charge");
          return known === undefined ? 0 : known.score(counts) / known.threshold;
        }),
      );
    const before = worst();
    await ended(7, lumisectionsOf({ run: 7, lumis: 60, shift: 3 }));
    await say(7, 1, 60, "GOOD");
    await grow("people");
    expect(worst()).toBeLessThan(before / 2);
  });

  test("by the rule take a run that is good as a whole, not one that is bad, short or disputed", async () => {
    await ended(7, lumisectionsOf({ run: 7, lumis: 60, shift: 0.3 }));
    await ended(8, lumisectionsOf({ run: 8, lumis: 60, shift: 5 }));
    await ended(9, lumisectionsOf({ run: 9, lumis: 10, shift: 0.3 }));
    await ended(10, lumisectionsOf({ run: 10, lumis: 60, shift: 0.3 }));
    await say(10, 5, 6, "BAD");
    await grow("rule");
    expect(runs()).toEqual([1, 2, 7]);
    expect(references().at(-1)?.certified?.because).toMatch(/^the rule: 100.0 % of 60 lumisections are good$/);
  });

  test("let a run go when its certification is taken back, and change with what is certified of it", async () => {
    await ended(7, lumisectionsOf({ run: 7, lumis: 60, shift: 0.3 }));
    const { id } = await say(7, 1, 60, "GOOD");
    await grow("people");
    await say(7, 31, 60, "BAD");
    await grow("people");
    expect(references().at(-1)).toMatchObject({ run: 7, lumisections: 30 });
    await desk.revoke(id ?? "", ada);
    await grow("people");
    expect(runs()).toEqual([1, 2]);
    expect(audit.at(-1)).toMatchObject({ action: "remove reference run", subject: "run 7" });
  });

  test("never touch runs that somebody trained on or took out, nor anything where they are not to grow", async () => {
    await ended(1, lumisectionsOf({ run: 1, lumis: 60, shift: 0.2 }));
    await ended(7, lumisectionsOf({ run: 7, lumis: 60, shift: 0.3 }));
    await say(1, 1, 60, "BAD");
    await say(7, 1, 60, "GOOD");
    await grow("never");
    model = { ...model, withheld: [7] };
    await grow("people");
    expect([runs(), saves]).toEqual([[1, 2], 0]);
  });

  test("leave a certified run out whose histograms are gone", async () => {
    await ended(7, lumisectionsOf({ run: 7, lumis: 60 }));
    await say(7, 1, 60, "GOOD");
    data.clear();
    await grow("people");
    expect([runs(), saves, audit]).toEqual([[1, 2], 0, []]);
  });
});
