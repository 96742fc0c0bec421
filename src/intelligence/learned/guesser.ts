import type { Labels } from "../../alert/alert.ts";
import type { Catalogue } from "../../config/catalogue.ts";
import type { Feedback } from "../../store/store.ts";
import type { SeverityGuess } from "../stages/severity.ts";
import { type ComplementBayes, fitComplementBayes, scoreClasses } from "./complement-bayes.ts";
import { crossValidate, stratifiedFolds } from "./folds.ts";
import { type Answer, shareAnswered } from "./measure.ts";
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
/** A service is named only when it is this much nearer than the second. */
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

/** Examples out of alerts seen, one per rule, with people's corrections in place of what the rule said. */
export function severityExamples(
  alerts: readonly Subject[],
  corrections: readonly Feedback[],
): readonly LabelledRule[] {
  const corrected = new Map(
    corrections
      .filter((feedback) => feedback.kind === "wrong-severity" && feedback.revokedAt === null)
      .flatMap(({ details }) => {
        const { alertname, severity } = details;
        return typeof alertname === "string" && typeof severity === "string" ? [[alertname, severity] as const] : [];
      }),
  );
  const byRule = new Map<string, LabelledRule>();
  for (const alert of alerts) {
    const text = textOfAlert(alert);
    const severity = corrected.get(text.name) ?? alert.labels["severity"];
    if (severity !== undefined && byRule.size < MAX_EXAMPLES) {
      byRule.set(`${text.name}\u0001${severity}`, { ...text, severity });
    }
  }
  return [...byRule.values()];
}

/**
 * Learns severities, and by cross-validation from which confidence on it is right nine times of ten; below that it is silent.
 * Null with too few examples, or where no confidence is good enough.
 */
export function learnSeverity(examples: readonly LabelledRule[], seed = 1): SeverityGuess | null {
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
  return share === 0 ? null : guesserOf(fitSeverity(examples), threshold);
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

/** Which service an alert is about, and so who owns it, where its labels do not say; null when it is not clear. */
export interface ServiceGuess {
  guess(alert: Subject): { readonly service: string; readonly owners: readonly string[]; readonly lead: number } | null;
}

/** Learns from alerts whose service is known, and from the catalogue itself: one document per service with its names. */
export function learnService(alerts: readonly Subject[], catalogue: Catalogue): ServiceGuess {
  const documents = catalogue.services.map((service) => ({
    service: service.name,
    tokens: categoryTokens({
      name: service.name,
      description: [service.name, service.title ?? "", ...service.aliases, ...service.workloads].join(" "),
    }),
  }));
  const seen = alerts.slice(0, MAX_EXAMPLES).flatMap((alert) => {
    const service = catalogue.find(alert.labels["service"] ?? "");
    return service === null ? [] : [{ service: service.name, tokens: categoryTokens(textOfAlert(alert)) }];
  });
  const all = [...documents, ...seen];
  const model: ComplementBayes = fitComplementBayes(
    all.map((entry) => entry.tokens),
    all.map((entry) => entry.service),
  );
  return {
    guess(alert) {
      const [best, second] = scoreClasses(model, categoryTokens(textOfAlert(alert)));
      const lead = (best?.score ?? 0) - (second?.score ?? 0);
      return best === undefined || best.score === 0 || lead < MIN_LEAD
        ? null
        : { service: best.name, owners: catalogue.find(best.name)?.owners ?? [], lead };
    },
  };
}
