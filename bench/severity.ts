// Severity and category from the words of alerting rules, by cross-validation: see bench/README.md.
import { readFileSync } from "node:fs";
import { fitComplementBayes, scoreClasses } from "../src/intelligence/learned/complement-bayes.ts";
import { type Answer, crossValidate, shareAnswered, stratifiedFolds } from "../src/intelligence/learned/folds.ts";
import { fitLogistic, logits, softmax } from "../src/intelligence/learned/logistic.ts";
import { categoryTokens, wordPairs } from "../src/intelligence/learned/rule-text.ts";
import { fitSeverity, guessSeverity } from "../src/intelligence/learned/severity-model.ts";
import { fitVectorizer, vectorize } from "../src/intelligence/learned/vectorizer.ts";
import { accuracy, calibrationError, macroF1 } from "./measures/classification.ts";

interface Rule {
  readonly name: string;
  readonly description: string;
  readonly severity: string;
  readonly category: string;
}
const file = process.argv[2];
if (file === undefined) {
  console.error("usage: tsx bench/severity.ts RULES.jsonl [repeats]");
  process.exit(2);
}
const repeats = Number(process.argv[3] ?? 3);
const rules = readFileSync(file, "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Rule);

function majority(label: (rule: Rule) => string) {
  return (train: readonly Rule[], test: readonly Rule[]): readonly Answer[] => {
    const counts = new Map<string, number>();
    for (const rule of train) counts.set(label(rule), (counts.get(label(rule)) ?? 0) + 1);
    const [name, seen] = [...counts].sort((left, right) => right[1] - left[1])[0] ?? ["", 0];
    return test.map((rule) => ({ truth: label(rule), guess: name, confidence: seen / train.length }));
  };
}
function plain(label: (rule: Rule) => string) {
  return (train: readonly Rule[], test: readonly Rule[]): readonly Answer[] => {
    const vectorizer = fitVectorizer(train.map(wordPairs));
    const model = fitLogistic(
      train.map((rule) => vectorize(wordPairs(rule), vectorizer)),
      train.map(label),
      vectorizer.idf.length,
      { c: 10, balanced: false },
    );
    return test.map((rule) => {
      const shares = softmax(logits(model, vectorize(wordPairs(rule), vectorizer)));
      const confidence = Math.max(...shares);
      return { truth: label(rule), guess: model.classes[shares.indexOf(confidence)] ?? "", confidence };
    });
  };
}
function ours(train: readonly Rule[], test: readonly Rule[]): readonly Answer[] {
  const model = fitSeverity(train);
  return test.map((rule) => {
    const { severity, confidence } = guessSeverity(model, rule);
    return { truth: rule.severity, guess: severity, confidence };
  });
}
function category(train: readonly Rule[], test: readonly Rule[]): readonly Answer[] {
  const names = [...new Set(rules.map((rule) => rule.category))];
  const documents = [...train.map(categoryTokens), ...names.map((name) => categoryTokens({ name, description: name }))];
  const model = fitComplementBayes(documents, [...train.map((rule) => rule.category), ...names]);
  return test.map((rule) => {
    const scores = scoreClasses(model, categoryTokens(rule));
    const shares = softmax(scores.slice(0, 10).map(({ score }) => 3 * score));
    return { truth: rule.category, guess: scores[0]?.name ?? "", confidence: shares[0] ?? 0 };
  });
}

function judge(
  name: string,
  label: (rule: Rule) => string,
  answer: (train: readonly Rule[], test: readonly Rule[]) => readonly Answer[],
) {
  const runs = Array.from({ length: repeats }, (_, at) =>
    crossValidate(rules, stratifiedFolds(rules.map(label), 5, at + 1), answer),
  );
  const mean = (figure: (answers: readonly Answer[]) => number) =>
    runs.map(figure).reduce((sum, value) => sum + value, 0) / repeats;
  const figures = [
    mean(accuracy),
    mean(macroF1),
    mean(calibrationError),
    mean((answers) => shareAnswered(answers, 0.9).share),
  ];
  console.log(`${name.padEnd(34)} ${figures.map((value) => value.toFixed(3)).join("   ")}`);
}
console.log(
  `${rules.length} rules, 5 folds, ${repeats} repeats            accuracy macroF1 calib.  share at 90 % right`,
);
const wants = (flag: string) => process.argv.includes(flag) || !process.argv.some((word) => word.startsWith("--"));
const severity = (rule: Rule) => rule.severity;
if (wants("--severity")) {
  judge("severity: majority class", severity, majority(severity));
  judge("severity: TF-IDF + logistic", severity, plain(severity));
  judge("severity: with hints, calibrated", severity, ours);
}
const about = (rule: Rule) => rule.category;
if (wants("--category")) {
  judge("category: majority class", about, majority(about));
  judge("category: complement Bayes + names", about, category);
}
if (process.argv.includes("--slow")) {
  judge("category: TF-IDF + logistic", about, plain(about));
}
