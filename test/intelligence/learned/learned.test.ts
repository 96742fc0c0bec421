import { describe, expect, it } from "vitest";
import { calibrationError, macroF1 } from "../../../bench/measures/classification.ts";
import { fitComplementBayes, scoreClasses } from "../../../src/intelligence/learned/complement-bayes.ts";
import { crossValidate, shareAnswered, stratifiedFolds } from "../../../src/intelligence/learned/folds.ts";
import {
  fitSeverityGuess,
  guesserOf,
  learnLabel,
  readCorrections,
  serviceDocuments,
  severityExamples,
} from "../../../src/intelligence/learned/guesser.ts";
import { minimise } from "../../../src/intelligence/learned/lbfgs.ts";
import { fitLogistic, logits, softmax } from "../../../src/intelligence/learned/logistic.ts";
import { cleanText, hintsOf, wordPairs } from "../../../src/intelligence/learned/rule-text.ts";
import { fitVectorizer, vectorize } from "../../../src/intelligence/learned/vectorizer.ts";
import type { Feedback } from "../../../src/store/store.ts";
import { activeAlert, catalogue, NOW } from "../support.ts";

describe("L-BFGS", () => {
  it("finds the minimum of Rosenbrock's valley", () => {
    const found = minimise(
      (point, gradient) => {
        const [x = 0, y = 0] = point;
        gradient[0] = -2 * (1 - x) - 400 * x * (y - x * x);
        gradient[1] = 200 * (y - x * x);
        return (1 - x) ** 2 + 100 * (y - x * x) ** 2;
      },
      Float64Array.of(-1.2, 1),
      500,
      1e-8,
    );
    expect([...found].map((value) => Number(value.toFixed(4)))).toEqual([1, 1]);
  });
});

describe("TF-IDF", () => {
  it("gives vectors of length 1 and ignores what it never saw", () => {
    const vectorizer = fitVectorizer([
      ["a", "b"],
      ["a", "c"],
    ]);
    const vector = vectorize(["a", "b", "b", "unseen", "constructor"], vectorizer);
    expect([...vector.values()].reduce((sum, weight) => sum + weight * weight, 0)).toBeCloseTo(1, 12);
    expect(vectorize(["unseen"], vectorizer).size).toBe(0);
  });
});

describe("logistic regression", () => {
  const vectors = [[0], [0], [1], [1], [0, 1]].map((on) => new Map(on.map((at) => [at, 1] as const)));

  it("separates what can be separated, and gives shares that add up to 1", () => {
    const model = fitLogistic(vectors.slice(0, 4), ["a", "a", "b", "b"], 2, { c: 10, balanced: false });
    const shares = softmax(logits(model, new Map([[1, 1]])));
    expect(shares[model.classes.indexOf("b")]).toBeGreaterThan(0.9);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  it("lets rare classes speak when balanced", () => {
    const labels = ["a", "a", "a", "a", "b"];
    const share = (balanced: boolean) => {
      const model = fitLogistic(vectors, labels, 2, { c: 1, balanced });
      return (
        softmax(
          logits(
            model,
            new Map([
              [0, 1],
              [1, 1],
            ]),
          ),
        )[1] ?? 0
      );
    };
    expect(share(true)).toBeGreaterThan(share(false));
  });

  it("does not overflow", () => {
    expect(softmax([1e4, 0, -1e4])).toEqual([1, 0, 0]);
  });
});

describe("complement naive Bayes", () => {
  it("names the class whose words a text has", () => {
    const model = fitComplementBayes(
      [
        ["redis", "memory"],
        ["mysql", "replication"],
        ["redis", "down"],
      ],
      ["Redis", "MySQL", "Redis"],
    );
    expect(scoreClasses(model, ["mysql", "down"])[0]?.name).toBe("MySQL");
  });
});

describe("the words of rules", () => {
  it("leave templates out", () => {
    expect(cleanText("Node {{ $labels.node }} is down\n  VALUE = {{ $value }}")).toBe("Node is down VALUE =");
    expect(wordPairs({ name: "HostDown", description: "" })).toEqual(["host", "down", "host down"]);
  });

  it("hint at what they mean, in name and text apart, with percentages and durations", () => {
    const hints = hintsOf({ name: "Disk will fill", description: "Less than 10% left for more than 5 minutes" });
    expect(hints).toEqual(expect.arrayContaining(["name:full", "text:low", "percent:low:10", "for:middle"]));
  });
});

describe("the measures", () => {
  const answers = [
    ["a", "a", 0.95],
    ["a", "a", 0.85],
    ["b", "a", 0.55],
    ["b", "b", 0.65],
  ].map(([truth, guess, confidence]) => ({ truth, guess, confidence }) as never);

  it("count each class as much as every other", () => {
    expect(macroF1(answers)).toBeCloseTo((0.8 + 2 / 3) / 2, 12);
    expect(macroF1([])).toBe(0);
  });

  it("know how far stated confidence is from the truth", () => {
    expect(calibrationError(answers)).toBeCloseTo((0.05 + 0.15 + 0.55 + 0.35) / 4, 12);
    expect(shareAnswered([...answers, ...answers], 0.7).share).toBe(1);
    expect(shareAnswered(answers, 1)).toEqual({ share: 0, threshold: 1 });
  });

  it("never let a model judge what it has seen", () => {
    const items = Array.from({ length: 20 }, (_, at) => at);
    const folds = stratifiedFolds(
      items.map((at) => (at < 5 ? "rare" : "common")),
      5,
      1,
    );
    expect(new Set(folds.slice(0, 5)).size).toBe(5);
    const clean = crossValidate(items, folds, (train, test) => test.map((item) => !train.includes(item)));
    expect(clean).toEqual(items.map(() => true));
  });
});

describe("guessing", () => {
  const fitted = (examples: Parameters<typeof fitSeverityGuess>[0]) => {
    const found = fitSeverityGuess(examples);
    return found === null ? null : guesserOf(found.model, found.threshold);
  };
  const rules = Array.from({ length: 60 }, (_, at) =>
    activeAlert(
      {
        alertname: at % 2 === 0 ? `Service ${at} down` : `Disk ${at} usage high`,
        severity: at % 2 === 0 ? "critical" : "warning",
      },
      { annotations: { description: at % 2 === 0 ? "it is down and does not answer" : "usage is above 80%" } },
    ),
  );
  const corrected: Feedback = {
    id: "1",
    at: NOW,
    by: "ann",
    kind: "wrong-severity",
    subject: "g",
    details: { alertname: "Service 0 down", severity: "urgent" },
    revokedAt: null,
  };

  it("learns severities and speaks only when it is sure", () => {
    const guesser = fitted(severityExamples(rules, []));
    const guess = (alertname: string, description: string) =>
      guesser?.guess({ labels: { alertname }, annotations: { description } }) ?? null;
    expect(guess("Gateway down", "it is down and does not answer")?.severity).toBe("critical");
    expect(guess("Zwiebel", "kuchen")).toBeNull();
  });

  it("takes people's corrections for the rule's own word, and learns nothing from little", () => {
    expect(
      severityExamples(rules, readCorrections([corrected])).find((rule) => rule.name === "Service 0 down")?.severity,
    ).toBe("urgent");
    expect(severityExamples(rules, readCorrections([{ ...corrected, revokedAt: NOW }]))[0]?.severity).toBe("critical");
    expect(fitted(severityExamples(rules.slice(0, 10), []))).toBeNull();
  });

  it("names the service from the catalogue alone", () => {
    const guesser = learnLabel([], serviceDocuments(catalogue));
    const found = guesser?.guess({ labels: { alertname: "CouchDB replication slow" }, annotations: {} });
    expect(found?.value).toBe("couchdb");
    expect(guesser?.guess({ labels: { alertname: "Zwiebelkuchen" }, annotations: {} })).toBeNull();
  });
});
