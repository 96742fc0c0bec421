import { describe, expect, it } from "vitest";
import { storageNames, transferStream } from "../../../src/demo/transfers/generator.ts";
import { seededRandom } from "../../../src/detect/math/random.ts";
import type { Finished } from "../../../src/transfers/model/estimator.ts";
import type { TransferIncident } from "../../../src/transfers/model/incident.ts";
import { loadScorer } from "../../../src/transfers/model/models.ts";
import { RateThreshold } from "../../../src/transfers/model/rate.ts";
import {
  failureEvidence,
  newSuspicion,
  noteReason,
  sitesOf,
  slowEvidence,
  usualDurationEvidence,
  usualOutcomeEvidence,
  weigh,
} from "../../../src/transfers/model/suspect.ts";
import type { Transfer } from "../../../src/transfers/model/transfer.ts";
import { TransferWatch } from "../../../src/transfers/model/watch.ts";
import { START, trainedOn } from "./samples.ts";

const SITES = 12;
const [A = "", B = "", C = ""] = storageNames(SITES);
const FAULTS = [
  { from: START + 3000, until: START + 4500, link: `${A} → ${B}`, slower: 8 },
  { from: START + 5000, until: START + 6500, storage: C, failing: 0.8 },
  { from: START + 7000, until: START + 8500, storage: B, slower: 6 },
];
const TAUGHT = START + 1500;

function stream(until: number): Transfer[] {
  const found: Transfer[] = [];
  for (const transfer of transferStream({ seed: 5, start: START, rate: 2, sites: SITES, faults: FAULTS })) {
    if (transfer.startedAt > until) {
      return found;
    }
    found.push(transfer);
  }
  return found;
}

const all = stream(START + 10_500);
const history = all.filter(
  (one): one is Finished => one.outcome === "done" && one.startedAt + (one.duration ?? 0) <= TAUGHT,
);
const saved = JSON.stringify((await trainedOn(history)).save());
const trained = () => loadScorer(JSON.parse(saved));
const live = all.filter(({ startedAt }) => startedAt > TAUGHT);

function watchAll(watch: TransferWatch, transfers: readonly Transfer[]): Map<string, TransferIncident[]> {
  const byId = new Map<string, TransferIncident[]>();
  for (const transfer of transfers) {
    for (const incident of watch.take(transfer, []).incidents) {
      byId.set(incident.id, [...(byId.get(incident.id) ?? []), incident]);
    }
  }
  return byId;
}

describe("TransferWatch", () => {
  const watch = new TransferWatch(trained(), 0.005);
  const lives = watchAll(watch, live);
  const last = [...lives.values()].map((updates) => updates.at(-1) as TransferIncident);

  it("opens one incident for each planted fault and names what is at fault, and closes each when it is over", () => {
    expect(last.map(({ problem, subject, closedAt }) => [problem, subject.name, closedAt !== null])).toEqual([
      ["slow", `${A} → ${B}`, true],
      ["failing", C, true],
      ["slow", B, true],
    ]);
  });

  it("finds each within minutes, and says how bad it is", () => {
    for (const [at, { openedAt, closedAt, affected, transfers, ratio, reasons }] of last.entries()) {
      const { from, until } = FAULTS[at] as (typeof FAULTS)[number];
      expect(openedAt.getTime() / 1000 - from).toBeLessThan(900);
      expect((closedAt?.getTime() ?? 0) / 1000).toBeGreaterThan(until - 300);
      expect(affected / transfers).toBeGreaterThan(0.5);
      expect(ratio === null ? reasons.length : ratio).toBeGreaterThan(2);
    }
  });

  it("updates an incident under its first id", () => {
    const [first] = [...lives.values()];
    expect(first?.length).toBeGreaterThan(10);
    expect(new Set(first?.map(({ openedAt }) => openedAt.getTime())).size).toBe(1);
  });

  it("calls about the chosen share anomalous, and keeps the worst", () => {
    const top = watch.top();
    expect(top.length).toBeGreaterThan(20);
    expect(top.length).toBeLessThan(0.02 * live.length);
    expect(top[0]?.score).toBeGreaterThanOrEqual(top[1]?.score ?? 0);
    expect(top.every(({ transfer, expected }) => (transfer.duration ?? 0) > expected)).toBe(true);
  });

  it("goes on after a restart in the middle of an incident", () => {
    const middle = live.findIndex(({ startedAt }) => startedAt > START + 3900);
    const before = new TransferWatch(trained(), 0.005);
    watchAll(before, live.slice(0, middle));
    const kept = JSON.parse(JSON.stringify({ model: before.scorer.save(), watch: before.save() }));
    const after = new TransferWatch(loadScorer(kept.model), 0.005, kept.watch);
    expect(after.open()).toEqual(before.open());
    const closed = [...watchAll(after, live.slice(middle, middle + 2200)).values()].flat();
    expect(closed.filter(({ closedAt }) => closedAt !== null).map(({ id }) => id)).toContain(before.open()[0]?.id);
  });

  it("closes what has had no transfers for hours", () => {
    const one = new TransferWatch(trained(), 0.005);
    const middle = live.findIndex(({ startedAt }) => startedAt > START + 3900);
    watchAll(one, live.slice(0, middle));
    expect(one.open()).toHaveLength(1);
    expect(one.expire(START + 4000)).toEqual([]);
    expect(one.expire(START + 30_000)).toMatchObject([{ because: "no transfers any more" }]);
    expect(one.open()).toEqual([]);
  });

  it("suspects nobody for a duplicate", () => {
    const one = new TransferWatch(trained(), 0.005);
    const slow = { ...(live[0] as Transfer), duration: 100_000 };
    for (let i = 0; i < 50; i++) {
      expect(one.take(slow, ["duplicate"]).incidents).toEqual([]);
    }
  });
});

describe("evidence", () => {
  it("speaks against something slow, for something usual, and is bounded", () => {
    expect(slowEvidence(1)).toBeCloseTo(-Math.log(3));
    expect(slowEvidence(0.01)).toBeGreaterThan(1);
    expect(slowEvidence(0)).toBe(slowEvidence(1e-5));
    expect(failureEvidence(true, 0.02)).toBe(2);
    expect(failureEvidence(false, 0.02)).toBeLessThan(-0.6);
    expect(failureEvidence(true, 0.9)).toBeLessThan(1);
  });

  it("falls on average in ordinary times, when evidence for the usual rises", () => {
    const random = seededRandom(1);
    const mean = (of: (p: number) => number, slower = 1) =>
      Array.from({ length: 5000 }, () => of(random() ** slower)).reduce((sum, x) => sum + x, 0) / 5000;
    expect(mean(slowEvidence)).toBeLessThan(-0.3);
    expect(mean(usualDurationEvidence)).toBeGreaterThan(0.1);
    expect(mean(usualDurationEvidence, 2)).toBeLessThan(-0.2);
  });

  it("does not take a third of failures for usual", () => {
    const mean = (share: number) =>
      share * usualOutcomeEvidence(true, 0.02) + (1 - share) * usualOutcomeEvidence(false, 0.02);
    expect(mean(0.02)).toBeGreaterThan(0.1);
    expect(mean(0.3)).toBeLessThan(-0.4);
  });

  it("counts failures that differ by a file or a number as one, and keeps a bounded number of others and reasons", () => {
    const suspicion = newSuspicion(START);
    noteReason(suspicion, "timeout of 180 s for root://host/path/a.root");
    noteReason(suspicion, "timeout of 90 s for root://host/path/b.root");
    expect([...suspicion.reasons]).toEqual([["timeout of # s for …", 2]]);
    for (let i = 0; i < 500; i++) {
      weigh(suspicion, 1, START + i, `partner ${i}`, 2);
      noteReason(suspicion, String.fromCharCode(97 + (i % 26), 97 + Math.floor(i / 26)));
    }
    expect(suspicion.partners.size).toBe(50);
    expect(suspicion.reasons.size).toBe(20);
  });

  it("knows the sites of a link", () => {
    expect(sitesOf({ kind: "link", name: "T1_DE_KIT_Disk → T2_CH_CERN" })).toEqual(["T1_DE_KIT", "T2_CH_CERN"]);
    expect(sitesOf({ kind: "server", name: "https://fts" })).toEqual([]);
  });
});

describe("RateThreshold", () => {
  it("settles where the chosen share is above, whatever the scale of scores", () => {
    const random = seededRandom(2);
    const threshold = new RateThreshold(0.01);
    let above = 0;
    for (let i = 0; i < 40_000; i++) {
      above += threshold.exceeds(-2 * Math.log10(random())) && i >= 20_000 ? 1 : 0;
    }
    expect(above / 20_000).toBeGreaterThan(0.007);
    expect(above / 20_000).toBeLessThan(0.013);
    expect(threshold.value).toBeGreaterThan(3);
  });
});
