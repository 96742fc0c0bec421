import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { averagePrecision, rocAuc } from "../../../src/dqm/judge/rates.ts";
import {
  betaBinomialMode,
  logBetaBinomial,
  logRelativeProbability,
  shareAfter,
} from "../../../src/dqm/judge/statistics/beta-binomial.ts";
import { chiSquared, chiSquaredTail } from "../../../src/dqm/judge/statistics/chi-squared.ts";
import { logGamma, upperGamma } from "../../../src/dqm/judge/statistics/gamma.ts";
import { kolmogorovSmirnov, kolmogorovTail } from "../../../src/dqm/judge/statistics/kolmogorov-smirnov.ts";

const counts = fc.array(fc.nat(500), { minLength: 3, maxLength: 12 });

describe("gamma function", () => {
  test.each([
    [0.5, 0.5723649429247001],
    [1, 0],
    [10, 12.801827480081469],
    [19.99, 39.31],
    [20, 39.339884187199495],
    [100, 359.1342053695754],
  ])("ln Γ(%d) is %d", (x, value) => {
    expect(logGamma(x)).toBeCloseTo(value, x === 19.99 ? 1 : 10);
  });

  test("its two formulas agree where they meet, and it follows Γ(x+1) = xΓ(x)", () => {
    for (const x of [0.2, 0.7, 3.3, 18.9, 19.5, 19.999, 20.001, 5000.5]) {
      expect(logGamma(x + 1) - logGamma(x)).toBeCloseTo(Math.log(x), 9);
    }
  });

  test("the incomplete one is e^−x for a = 1, erfc(√x) for a = ½, and not defined for a ≤ 0", () => {
    expect(upperGamma(1, 2.5)).toBeCloseTo(Math.exp(-2.5), 14);
    expect(upperGamma(0.5, 1)).toBeCloseTo(0.15729920705028513, 14);
    expect(upperGamma(3, 0)).toBe(1);
    expect(upperGamma(0, 1)).toBeNaN();
  });
});

describe("χ² of two histograms", () => {
  test("gives the published value of a 2 × 3 table", () => {
    // Statistic and probability of the table that SciPy's documentation of chi2_contingency has.
    const { statistic, degrees, probability } = chiSquared([10, 10, 20], [20, 20, 20]);
    expect(statistic).toBeCloseTo(2.7777777777777777, 12);
    expect(degrees).toBe(2);
    expect(probability).toBeCloseTo(0.24935220877729614, 12);
  });

  test.each([
    [3.841459, 1],
    [18.307038, 10],
    [124.342113, 100],
  ])("the tail beyond %d with %i degrees is the tables' 5 %%", (x, degrees) => {
    expect(chiSquaredTail(x, degrees)).toBeCloseTo(0.05, 6);
  });

  test("is Pearson's sum over the table of both, whatever their totals", () => {
    fc.assert(
      fc.property(counts, counts, (a, b) => {
        const bins = Math.min(a.length, b.length);
        const [x, y] = [a.slice(0, bins), b.slice(0, bins)];
        const [n, m] = [sum(x), sum(y)];
        fc.pre(n > 0 && m > 0);
        const pearson = [x, y].flatMap((row, r) =>
          row.map((count, bin) => {
            const expected = (((x[bin] ?? 0) + (y[bin] ?? 0)) * (r === 0 ? n : m)) / (n + m);
            return expected === 0 ? 0 : (count - expected) ** 2 / expected;
          }),
        );
        expect(chiSquared(x, y).statistic).toBeCloseTo(sum(pearson), 6);
      }),
    );
  });

  test("the same shape with ten times the entries is no difference", () => {
    expect(chiSquared([10, 20, 30], [100, 200, 300]).statistic).toBe(0);
  });

  test("says nothing of an empty histogram, and refuses other bins", () => {
    expect(chiSquared([0, 0], [1, 2])).toEqual({ statistic: 0, degrees: 0, probability: 1 });
    expect(() => chiSquared([1], [1, 2])).toThrow(/1 bins beside 2/);
  });
});

describe("Kolmogorov–Smirnov", () => {
  test.each([
    [1.2238, 0.1],
    [1.3581, 0.05],
    [1.6276, 0.01],
  ])("the tail beyond %d is the tables' %d", (lambda, probability) => {
    expect(kolmogorovTail(lambda)).toBeCloseTo(probability, 4);
  });

  test("the distance is that of the two cumulative distributions by brute force", () => {
    fc.assert(
      fc.property(counts, (a) => {
        const b = [...a].reverse();
        fc.pre(sum(a) > 0);
        const cumulative = (list: readonly number[], upTo: number) => sum(list.slice(0, upTo + 1)) / sum(list);
        const brute = Math.max(...a.map((_, bin) => Math.abs(cumulative(a, bin) - cumulative(b, bin))));
        expect(kolmogorovSmirnov(a, b).distance).toBeCloseTo(brute, 12);
      }),
    );
  });

  test("is 0 with probability 1 for the same shape and for an empty histogram", () => {
    expect(kolmogorovSmirnov([1, 2], [10, 20])).toEqual({ distance: 0, probability: 1 });
    expect(kolmogorovSmirnov([0, 0], [10, 20])).toEqual({ distance: 0, probability: 1 });
  });
});

describe("beta-binomial distribution", () => {
  test("gives the published fit to the boys in 6,115 Saxon families of twelve", () => {
    // Geissler's data; the fit is that of Lindsey and Altham (1998): α 34.09558, β 31.5715.
    const fit = [2.3, 22.6, 104.8, 310.9, 655.7, 1036.2, 1257.9, 1182.1, 853.6, 461.9, 177.9, 43.8, 5.2];
    for (const [boys, families] of fit.entries()) {
      const probability = Math.exp(logBetaBinomial(boys, 12, { a: 34.09558, b: 31.5715 }));
      expect(Math.abs(6115 * probability - families)).toBeLessThan(0.1);
    }
  });

  const share = fc.record({
    a: fc.double({ min: 0.2, max: 50, noNaN: true }),
    b: fc.double({ min: 0.2, max: 50, noNaN: true }),
  });

  test("sums to 1, and its mode is the most probable count by brute force", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), share, (n, beta) => {
        const all = Array.from({ length: n + 1 }, (_, k) => logBetaBinomial(k, n, beta));
        expect(sum(all.map(Math.exp))).toBeCloseTo(1, 9);
        expect(all[betaBinomialMode(n, beta)]).toBeCloseTo(Math.max(...all), 9);
        const relative = Math.min((all[0] as number) - Math.max(...all), 0);
        expect(logRelativeProbability(0, n, beta)).toBeCloseTo(relative, 8);
      }),
    );
  });

  test("a share after a reference has its mean, and the spread between runs widens it", () => {
    const narrow = shareAfter(1000, 100_000, 0);
    expect(narrow.a / (narrow.a + narrow.b)).toBeCloseTo(0.01, 4);
    const wide = shareAfter(1000, 100_000, 0.1);
    const deviation = ({ a, b }: { a: number; b: number }) => Math.sqrt((a * b) / ((a + b) ** 2 * (a + b + 1)));
    expect(deviation(narrow) / 0.01).toBeCloseTo(0.0314, 3);
    expect(deviation(wide) / 0.01).toBeCloseTo(Math.hypot(0.1, 0.0314), 3);
  });
});

describe("rates", () => {
  test("are those of the published example", () => {
    // Scikit-learn's documentation of roc_auc_score and average_precision_score.
    expect(rocAuc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])).toBe(0.75);
    expect(averagePrecision([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])).toBeCloseTo(0.8333, 4);
  });

  test("ROC-AUC is the share of pairs in the right order, ties half, by brute force", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(5), fc.boolean()), { minLength: 2, maxLength: 40 }), (items) => {
        const [bad, good] = [true, false].map((kind) => items.filter(([, is]) => is === kind).map(([score]) => score));
        const pairs = (bad ?? []).flatMap((b) => (good ?? []).map((g) => (b > g ? 1 : b === g ? 0.5 : 0)));
        const brute = pairs.length === 0 ? Number.NaN : sum(pairs) / pairs.length;
        const [scores, kinds] = [items.map(([score]) => score), items.map(([, is]) => is)];
        Number.isNaN(brute)
          ? expect(rocAuc(scores, kinds)).toBeNaN()
          : expect(rocAuc(scores, kinds)).toBeCloseTo(brute, 12);
      }),
    );
  });

  test("are not defined without bad ones", () => {
    expect(rocAuc([1, 2], [0, 0])).toBeNaN();
    expect(averagePrecision([1, 2], [0, 0])).toBeNaN();
  });
});

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
