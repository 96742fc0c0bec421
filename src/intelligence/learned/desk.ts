import type { Clock } from "../../alert/clock.ts";
import type { Catalogue } from "../../config/catalogue.ts";
import type { AlertChange, AlertHistoryRepository, FeedbackRepository } from "../../store/store.ts";
import type { SeverityGuess } from "../stages/severity.ts";
import {
  correctionFor,
  type FittedSeverity,
  guesserOf,
  type LabelGuess,
  labelExamples,
  learnLabel,
  readCorrections,
  type SeverityCorrection,
  serviceDocuments,
  severityExamples,
} from "./guesser.ts";
import type { LabelledRule } from "./severity-model.ts";

const DAY = 86_400_000;
const HISTORY = 30 * DAY;
const MOST_ALERTS = 20_000;
const MOST_CORRECTIONS = 1000;
/** New words of people are learnt from soon, but not one by one. */
const AFTER_CORRECTION = 10 * 60_000;

/** What was learnt from history and from people, for the stages. */
export interface LearnedDesk {
  /** Reads people's corrections, and learns again when a day has passed or they have said something. Never throws. */
  refresh(): Promise<void>;
  /** Resolves when what is being learnt has been. */
  settled(): Promise<void>;
  readonly severity: SeverityGuess;
  readonly service: LabelGuess;
  readonly tag: LabelGuess;
  correction(alert: Pick<AlertChange, "labels">): SeverityCorrection | null;
}

export interface LearnedParts {
  readonly history: Pick<AlertHistoryRepository, "since">;
  readonly feedback: Pick<FeedbackRepository, "list">;
  readonly catalogue: Catalogue;
  /** Services with keywords of their own: their severities are no examples for the others. */
  readonly keywordServices: readonly string[];
  /** Takes seconds, so it runs in a thread of its own. */
  readonly fit: (examples: readonly LabelledRule[]) => Promise<FittedSeverity | null>;
  readonly clock: Clock;
  /** Told what was learnt, or why not. */
  readonly tell: (what: string, details: Record<string, unknown>) => void;
}

/** Nothing is guessed before the first learning is over. */
export function createLearnedDesk(parts: LearnedParts): LearnedDesk {
  const { catalogue, clock, tell } = parts;
  let corrections: readonly SeverityCorrection[] = [];
  let severity: SeverityGuess | null = null;
  let labels: { readonly service: LabelGuess | null; readonly tag: LabelGuess | null } = { service: null, tag: null };
  let learntAt = Number.NEGATIVE_INFINITY;
  let learntFrom: string | null = null;
  let learning: Promise<void> | null = null;

  async function learn(now: Date): Promise<void> {
    const seen = await parts.history.since(new Date(now.getTime() - HISTORY), MOST_ALERTS);
    const alerts = seen.filter(({ state }) => state === "firing");
    const keyworded = new Set(parts.keywordServices.map((name) => name.toLowerCase()));
    const plain = alerts.filter((alert) => !keyworded.has((alert.labels["service"] ?? "").toLowerCase()));
    labels = {
      service: learnLabel(
        labelExamples(plain, (alert) => catalogue.find(alert.labels["service"] ?? "")?.name ?? null),
        serviceDocuments(catalogue),
      ),
      tag: learnLabel(labelExamples(plain, (alert) => alert.labels["tag"] ?? null)),
    };
    const examples = severityExamples(plain, corrections);
    const fitted = await parts.fit(examples);
    severity = fitted === null ? null : guesserOf(fitted.model, fitted.threshold);
    tell("learnt from past alerts", {
      rules: examples.length,
      severities: fitted !== null,
      corrections: corrections.length,
    });
  }

  function startLearning(now: Date, from: string): void {
    learntAt = now.getTime();
    learntFrom = from;
    learning = learn(now)
      .catch((error: Error) =>
        tell("could not learn from past alerts; tried again tomorrow", { reason: error.message }),
      )
      .finally(() => {
        learning = null;
      });
  }
  return {
    async refresh() {
      try {
        corrections = readCorrections(await parts.feedback.list({ kind: "wrong-severity", limit: MOST_CORRECTIONS }));
      } catch (error) {
        tell("people's corrections cannot be read; the last known hold", { reason: (error as Error).message });
      }
      const now = clock();
      const from = JSON.stringify(
        corrections.map(({ alertname, service, severity: said }) => [alertname, service, said]),
      );
      const age = now.getTime() - learntAt;
      if (learning === null && (age >= DAY || (from !== learntFrom && age >= AFTER_CORRECTION))) {
        startLearning(now, from);
      }
    },
    settled: async () => {
      await learning;
    },
    severity: { guess: (item) => severity?.guess(item) ?? null },
    service: { guess: (alert) => labels.service?.guess(alert) ?? null },
    tag: { guess: (alert) => labels.tag?.guess(alert) ?? null },
    correction: (alert) => correctionFor(alert, corrections),
  };
}
