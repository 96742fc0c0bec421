import { fitLogistic, type LogisticModel, logits, softmax } from "./logistic.ts";
import { hintsOf, type RuleText, wordPairs } from "./rule-text.ts";
import { fitVectorizer, joinVectors, type SparseVector, type Vectorizer, vectorize } from "./vectorizer.ts";

export interface LabelledRule extends RuleText {
  readonly severity: string;
}

/** Probabilities by class, and whether the model is sure enough to speak. */
export interface SeverityGuessed {
  readonly severity: string;
  /** Probability that it is right. */
  readonly confidence: number;
  readonly shares: Readonly<Record<string, number>>;
}

/** Two logistic regressions: one with hints that lets rare severities speak, and a plain one that knows how sure one may be. */
export interface SeverityModel {
  readonly vectorizer: Vectorizer;
  readonly hints: Readonly<Record<string, number>>;
  readonly hinted: LogisticModel;
  readonly plain: LogisticModel;
}

const HINTED = { c: 2, balanced: true } as const;
/** Less damped and not balanced: it knows how sure one may be. */
const PLAIN = { c: 8, balanced: false } as const;
const HINT_WEIGHT = 0.5;

/** Learns from rules (or alerts) whose severity people have set. @throws Error with fewer than two severities */
export function fitSeverity(rules: readonly LabelledRule[]): SeverityModel {
  const labels = rules.map((rule) => rule.severity);
  if (new Set(labels).size < 2) {
    throw new Error(
      `cannot learn severities from ${rules.length} rules with ${new Set(labels).size} different severities`,
    );
  }
  const vectorizer = fitVectorizer(rules.map(wordPairs));
  const hints = Object.fromEntries([...new Set(rules.flatMap(hintsOf))].sort().map((hint, at) => [hint, at]));
  const size = vectorizer.idf.length;
  const texts = rules.map((rule) => vectorize(wordPairs(rule), vectorizer));
  const both = rules.map((rule, at) => joinVectors(texts[at] ?? new Map(), hintVector(rule, hints), size));
  return {
    vectorizer,
    hints,
    hinted: fitLogistic(both, labels, size + Object.keys(hints).length, HINTED),
    plain: fitLogistic(texts, labels, size, PLAIN),
  };
}

/** The severity by the hinted model; its confidence is the mean of both models' probability of it. */
export function guessSeverity(model: SeverityModel, rule: RuleText): SeverityGuessed {
  const text = vectorize(wordPairs(rule), model.vectorizer);
  const both = joinVectors(text, hintVector(rule, model.hints), model.vectorizer.idf.length);
  const { classes } = model.hinted;
  const hinted = softmax(logits(model.hinted, both));
  const plain = softmax(logits(model.plain, text));
  const best = hinted.indexOf(Math.max(...hinted));
  const mean = hinted.map((share, at) => (share + (plain[at] ?? 0)) / 2);
  return {
    severity: classes[best] ?? "",
    confidence: mean[best] ?? 0,
    shares: Object.fromEntries(classes.map((name, at) => [name, mean[at] ?? 0])),
  };
}

function hintVector(rule: RuleText, index: Readonly<Record<string, number>>): SparseVector {
  return new Map(
    hintsOf(rule).flatMap((hint) => (index[hint] === undefined ? [] : [[index[hint], HINT_WEIGHT] as const])),
  );
}
