import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/detect/math/random.ts";
import { NO_ANSWERS, rankArms, sampleBeta } from "../../../src/intelligence/solutions/bandit.ts";
import { createSolutionDesk } from "../../../src/intelligence/solutions/desk.ts";
import { createSolutionRanker, solutionId } from "../../../src/intelligence/solutions/ranker.ts";
import { simulate } from "../../../src/intelligence/solutions/simulate.ts";
import type { Feedback } from "../../../src/store/store.ts";
import { NOW } from "../support.ts";

const runbook = {
  id: "pod-restarts",
  remedies: ["a", "b", "c"].map((id) => ({ id, text: `Try ${id}` })),
};
const byMean = { random: () => 0.5, sharpness: Number.POSITIVE_INFINITY };
const said = (kind: Feedback["kind"], remedy: string, context = "dbs", more: Partial<Feedback> = {}): Feedback => ({
  id: `${kind}${remedy}${context}`,
  at: NOW,
  by: "ann",
  kind,
  subject: solutionId("pod-restarts", remedy, context),
  details: {},
  revokedAt: null,
  ...more,
});
const order = (feedback: readonly Feedback[], context = "dbs") =>
  createSolutionRanker(feedback)
    .rank(runbook, context, byMean)
    .map((solution) => solution.text.slice(4));

describe("ranking solutions", () => {
  it("starts with the runbook's order and says so", () => {
    const ranked = createSolutionRanker([]).rank(runbook, "dbs", byMean);
    expect(ranked.map((solution) => solution.reason)).toEqual(
      [1, 2, 3].map((place) => `no answers yet; number ${place} in the runbook`),
    );
  });

  it("keeps the runbook's order whatever is drawn, while nobody has answered", () => {
    for (const draw of [0.01, 0.3, 0.7, 0.99]) {
      let turn = 0;
      const random = () => (draw + 0.37 * turn++) % 1;
      const ranked = createSolutionRanker([]).rank(runbook, "dbs", { random, sharpness: 1 });
      expect(ranked.map(({ text }) => text.slice(4))).toEqual(["a", "b", "c"]);
    }
  });

  it("learns what helps for this service, and a little for others", () => {
    const feedback = [said("helped", "c"), said("helped", "c"), said("did-not-help", "a")];
    expect(order(feedback)).toEqual(["c", "b", "a"]);
    const [first] = createSolutionRanker(feedback).rank(runbook, "das", byMean);
    expect(order(feedback, "das")[0]).toBe("c");
    expect(first?.reason).toBe("helped 2 of 2 times for other services: 47 % likely to help");
  });

  it("forgets what was taken back", () => {
    expect(order([said("helped", "c", "dbs", { revokedAt: NOW })])).toEqual(["a", "b", "c"]);
  });

  it("proposes what people wrote that helped", () => {
    const feedback = [said("helped", "told-1", "dbs", { details: { text: "Clear the queue" } })];
    const ranked = createSolutionRanker(feedback).rank(runbook, "dbs", byMean);
    expect(ranked.find((solution) => solution.source === "history")?.text).toBe("Clear the queue");
  });

  it("keeps the order of an alert until somebody answers", async () => {
    const list = [said("helped", "b")];
    const desk = createSolutionDesk(
      [{ ...runbook, title: "", alertNames: [], conditions: [], owners: [], firstChecks: [], links: [], body: "" }],
      {
        list: async ({ kind }) => list.filter((entry) => entry.kind === kind),
      },
    );
    await desk.refresh();
    const item = {
      source: { fingerprint: "00ff00ff00ff00ff" },
      labels: { service: "dbs" },
      runbook: { id: "pod-restarts" },
    } as never;
    expect(desk.propose(item)).toEqual(desk.propose(item));
    expect(desk.propose(item).length).toBe(3);
  });
});

describe("the bandit", () => {
  it("draws from the Beta distribution", () => {
    const random = seededRandom(3);
    const draws = Array.from({ length: 4000 }, () => sampleBeta(2, 6, random));
    const mean = draws.reduce((sum, value) => sum + value, 0) / draws.length;
    expect(mean).toBeCloseTo(0.25, 1);
    expect(draws.every((value) => value >= 0 && value <= 1)).toBe(true);
  });

  it("never ranks a remedy lower because it helped once more", () => {
    const answers = fc.record({ helped: fc.nat(20), failed: fc.nat(20) });
    fc.assert(
      fc.property(fc.array(answers, { minLength: 2, maxLength: 6 }), fc.nat(5), (list, pick) => {
        const arms = list.map((here, place) => ({ id: String(place), place, here, elsewhere: NO_ANSWERS }));
        const id = String(pick % list.length);
        const better = arms.map((arm) =>
          arm.id === id ? { ...arm, here: { ...arm.here, helped: arm.here.helped + 1 } } : arm,
        );
        const at = (all: typeof arms) => rankArms(all, byMean).findIndex((arm) => arm.id === id);
        expect(at(better)).toBeLessThanOrEqual(at(arms));
      }),
    );
  });
});

describe("the simulation", () => {
  it("repeats for a seed, and learning beats the fixed order on average", () => {
    const world = { types: 10, remedies: 5, alerts: 600, missing: 0.5, seed: 5 };
    expect(simulate(world)).toEqual(simulate(world));
    const sums = { mean: 0, "thompson-sharp": 0, fixed: 0 } as Record<string, number>;
    for (let seed = 1; seed <= 12; seed++) {
      for (const { strategy, regret } of simulate({ ...world, seed })) {
        sums[strategy] = (sums[strategy] ?? 0) + regret;
      }
    }
    expect(sums["thompson-sharp"]).toBeLessThan(sums["fixed"] ?? 0);
    expect(sums["mean"]).toBeLessThan(sums["fixed"] ?? 0);
  });
});
