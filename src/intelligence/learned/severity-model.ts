import { own } from "../../alert/own.ts";
import { fitLogistic, type LogisticModel, logits, softmax } from "./logistic.ts";
import { hintsOf, letterRuns, type RuleText, wordPairs } from "./rule-text.ts";
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

/**
 * Three logistic regressions: one with hints that lets rare severities speak, one of runs of letters that helps it between the
 * common ones, and a plain one that knows how sure one may be.
 */
export interface SeverityModel {
  readonly vectorizer: Vectorizer;
  readonly hints: Readonly<Record<string, number>>;
  readonly hinted: LogisticModel;
  readonly letterVectorizer: Vectorizer;
  readonly letters: LogisticModel;
  readonly plain: LogisticModel;
  /** Severities of which runs of letters say nothing: there are too few examples. */
  readonly rare: readonly string[];
}

const HINTED = { c: 2, balanced: true } as const;
/** Less damped and not balanced: it knows how sure one may be. */
const PLAIN = { c: 8, balanced: false } as const;
const HINT_WEIGHT = 0.5;
const LETTERS = { c: 4, balanced: true } as const;
const LETTER_WEIGHT = 0.3;
const RARE_BELOW = 0.05;

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
  const letterVectorizer = fitVectorizer(rules.map(letterRuns));
  const runs = rules.map((rule) => vectorize(letterRuns(rule), letterVectorizer));
  return {
    vectorizer,
    hints,
    hinted: fitLogistic(both, labels, size + Object.keys(hints).length, HINTED),
    letterVectorizer,
    letters: fitLogistic(runs, labels, letterVectorizer.idf.length, LETTERS),
    plain: fitLogistic(texts, labels, size, PLAIN),
    rare: [...new Set(labels)].filter(
      (name) => labels.filter((label) => label === name).length < RARE_BELOW * labels.length,
    ),
  };
}

/** The severity by hints and letters; its confidence is the mean of the hinted and the plain model's probability of it. */
export function guessSeverity(model: SeverityModel, rule: RuleText): SeverityGuessed {
  const text = vectorize(wordPairs(rule), model.vectorizer);
  const both = joinVectors(text, hintVector(rule, model.hints), model.vectorizer.idf.length);
  const { classes } = model.hinted;
  const hinted = softmax(logits(model.hinted, both));
  const plain = softmax(logits(model.plain, text));
  const letters = softmax(logits(model.letters, vectorize(letterRuns(rule), model.letterVectorizer)));
  const decided = withLetters(hinted, letters, (at) => model.rare.includes(classes[at] ?? ""));
  const best = decided.indexOf(Math.max(...decided));
  const mean = hinted.map((share, at) => (share + (plain[at] ?? 0)) / 2);
  return {
    severity: classes[best] ?? "",
    confidence: mean[best] ?? 0,
    shares: Object.fromEntries(classes.map((name, at) => [name, mean[at] ?? 0])),
  };
}

/** Common severities share among them what the hinted model leaves them, in the mixture's proportions. */
function withLetters(
  hinted: readonly number[],
  letters: readonly number[],
  isRare: (at: number) => boolean,
): readonly number[] {
  const mixed = hinted.map((share, at) =>
    isRare(at) ? 0 : (1 - LETTER_WEIGHT) * share + LETTER_WEIGHT * (letters[at] ?? 0),
  );
  const common = hinted.reduce((sum, share, at) => sum + (isRare(at) ? 0 : share), 0);
  const scale = common / (mixed.reduce((sum, share) => sum + share, 0) || 1);
  return hinted.map((share, at) => (isRare(at) ? share : (mixed[at] ?? 0) * scale));
}

function hintVector(rule: RuleText, index: Readonly<Record<string, number>>): SparseVector {
  return new Map(
    hintsOf(rule).flatMap((hint) => {
      const at = own(index, hint);
      return at === undefined ? [] : [[at, HINT_WEIGHT] as const];
    }),
  );
}
