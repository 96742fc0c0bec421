import { z } from "zod";
import type { Labels } from "../../alert/alert.ts";
import type { Catalogue } from "../../config/catalogue.ts";
import type { Feedback } from "../../store/store.ts";
import type { SeverityGuess } from "../stages/severity.ts";
import { type ComplementBayes, fitComplementBayes, scoreClasses } from "./complement-bayes.ts";
import { type Answer, crossValidate, shareAnswered, stratifiedFolds } from "./folds.ts";
import { categoryTokens, type RuleText } from "./rule-text.ts";
import { fitSeverity, guessSeverity, type LabelledRule, type SeverityModel } from "./severity-model.ts";

interface Subject {
  readonly labels: Labels;
  readonly annotations: Labels;
}

/** Below so many examples nothing is learnt: the model would speak from hearsay. */
const MIN_EXAMPLES = 40;
const MAX_EXAMPLES = 5000;
const RIGHT = 0.9;
const FOLDS = 5;
/** Where no wrong answer was seen to measure by, a value is named only when it is this much nearer than the second. */
const MIN_LEAD = 0.5;

/** The words of an alert as the models read them. */
export function textOfAlert({ labels, annotations }: Subject): RuleText {
  return {
    name: labels["alertname"] ?? "",
    description: [
      annotations["summary"],
      annotations["description"],
      annotations["Subject"],
      annotations["shortDescription"],
    ]
      .filter((text) => text !== undefined)
      .join(". "),
  };
}

/** A person's word on the severity of an alert: it holds for the rule, at the service it was said of. */
export interface SeverityCorrection {
  readonly alertname: string;
  /** Null where the alert had none: it holds for all of the rule then. */
  readonly service: string | null;
  readonly severity: string;
  readonly by: string;
  readonly at: Date;
}

const correctionSchema = z.object({
  alertname: z.string().min(1),
  service: z.string().nullish(),
  severity: z.string().min(1),
});

/** Corrections that stand, newest first. */
export function readCorrections(feedback: readonly Feedback[]): readonly SeverityCorrection[] {
  return feedback
    .filter(({ kind, revokedAt }) => kind === "wrong-severity" && revokedAt === null)
    .flatMap(({ details, by, at }) => {
      const { success, data } = correctionSchema.safeParse(details);
      return success ? [{ ...data, service: data.service ?? null, by, at }] : [];
    })
    .toSorted((left, right) => right.at.getTime() - left.at.getTime());
}

/** What a person said of alerts like this one; the newest word counts. */
export function correctionFor(
  { labels }: Pick<Subject, "labels">,
  corrections: readonly SeverityCorrection[],
): SeverityCorrection | null {
  const found = corrections.find(
    ({ alertname, service }) =>
      alertname === labels["alertname"] && (service === null || service === labels["service"]),
  );
  return found ?? null;
}

/** Examples out of alerts seen, one per rule, with people's corrections in place of what the rule said. */
export function severityExamples(
  alerts: readonly Subject[],
  corrections: readonly SeverityCorrection[],
): readonly LabelledRule[] {
  const byRule = new Map<string, LabelledRule>();
  for (const alert of alerts) {
    const severity = correctionFor(alert, corrections)?.severity ?? alert.labels["severity"];
    if (severity !== undefined && byRule.size < MAX_EXAMPLES) {
      const text = textOfAlert(alert);
      byRule.set(`${text.name}\u0001${severity}`, { ...text, severity });
    }
  }
  return [...byRule.values()];
}

/** What was learnt: plain data, so that it can be made in a thread. */
export interface FittedSeverity {
  readonly model: SeverityModel;
  /** Confidence from which on it is right nine times of ten. */
  readonly threshold: number;
}

/**
 * Learns severities, and by cross-validation from which confidence on it is right nine times of ten; below that it is silent.
 * Null with too few examples, or where no confidence is good enough. Takes seconds: not for the thread that answers people.
 */
export function fitSeverityGuess(examples: readonly LabelledRule[], seed = 1): FittedSeverity | null {
  const labels = examples.map((example) => example.severity);
  if (examples.length < MIN_EXAMPLES || new Set(labels).size < 2) {
    return null;
  }
  const answers = crossValidate(examples, stratifiedFolds(labels, FOLDS, seed), (train, test): readonly Answer[] => {
    const model = fitSeverity(train);
    return test.map((rule) => {
      const { severity, confidence } = guessSeverity(model, rule);
      return { truth: rule.severity, guess: severity, confidence };
    });
  });
  const { share, threshold } = shareAnswered(answers, RIGHT);
  return share === 0
    ? null
    : { model: fitSeverity(examples), threshold: share === 1 ? Math.min(threshold, RIGHT) : threshold };
}

/** A guesser that speaks from the given confidence on. */
export function guesserOf(model: SeverityModel, threshold: number): SeverityGuess {
  return {
    guess(item) {
      const { severity, confidence } = guessSeverity(model, textOfAlert(item));
      return confidence >= threshold ? { severity, confidence } : null;
    },
  };
}

/** What a label should say where it is missing; null when it is not clear. */
export interface LabelGuess {
  guess(alert: Subject): { readonly value: string; readonly lead: number } | null;
}

interface Example {
  readonly value: string;
  readonly tokens: readonly string[];
}

/**
 * Learns a label's value from the words of alerts that carry it. It speaks only where its lead over the second best was right
 * nine times of ten on alerts it had not seen; with too few of them, from a fixed lead on.
 * @param documents known texts of a value, e.g. a service's names
 */
export function learnLabel(examples: readonly Example[], documents: readonly Example[] = []): LabelGuess | null {
  const values = new Set([...examples, ...documents].map(({ value }) => value));
  if (values.size < 2) {
    return null;
  }
  const model = fitLabel([...documents, ...examples]);
  const threshold = examples.length < MIN_EXAMPLES ? MIN_LEAD : leadNeeded(examples, documents);
  return {
    guess(alert) {
      const found = leader(model, categoryTokens(textOfAlert(alert)));
      return found === null || found.lead < threshold ? null : found;
    },
  };
}

/** One example per rule and value: a storm is no evidence that its words are common. */
export function labelExamples(
  alerts: readonly Subject[],
  labelOf: (alert: Subject) => string | null,
): readonly Example[] {
  const byRule = new Map<string, Example>();
  for (const alert of alerts) {
    const value = labelOf(alert);
    if (value !== null && byRule.size < MAX_EXAMPLES) {
      byRule.set(`${alert.labels["alertname"]}\u0001${value}`, { value, tokens: categoryTokens(textOfAlert(alert)) });
    }
  }
  return [...byRule.values()];
}

/** One document per service, of its names. */
export function serviceDocuments(catalogue: Catalogue): readonly Example[] {
  return catalogue.services.map(({ name, title, aliases, workloads }) => ({
    value: name,
    tokens: categoryTokens({ name, description: [name, title ?? "", ...aliases, ...workloads].join(" ") }),
  }));
}

function fitLabel(examples: readonly Example[]): ComplementBayes {
  return fitComplementBayes(
    examples.map(({ tokens }) => tokens),
    examples.map(({ value }) => value),
  );
}

function leader(model: ComplementBayes, tokens: readonly string[]): { value: string; lead: number } | null {
  const [best, second] = scoreClasses(model, tokens);
  return best === undefined || best.score === 0 ? null : { value: best.name, lead: best.score - (second?.score ?? 0) };
}

function leadNeeded(examples: readonly Example[], documents: readonly Example[]): number {
  const folds = stratifiedFolds(
    examples.map(({ value }) => value),
    FOLDS,
    1,
  );
  const answers = crossValidate(examples, folds, (train, test): readonly Answer[] => {
    const model = fitLabel([...documents, ...train]);
    return test.map(({ value, tokens }) => {
      const found = leader(model, tokens);
      return { truth: value, guess: found?.value ?? "", confidence: found?.lead ?? 0 };
    });
  });
  const { share, threshold } = shareAnswered(answers, RIGHT);
  if (share === 0) {
    return Number.POSITIVE_INFINITY;
  }
  return share === 1 ? Math.min(threshold, MIN_LEAD) : threshold;
}
