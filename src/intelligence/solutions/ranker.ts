import type { Solution } from "../../alert/group.ts";
import type { Feedback } from "../../store/store.ts";
import type { Runbook } from "../runbooks/runbook.ts";
import { type Answers, type BanditOptions, NO_ANSWERS, type RankedArm, rankArms } from "./bandit.ts";

/** Proposes remedies for an alert, best first, each with the reason for its rank. */
export interface SolutionRanker {
  /** @param context what the alert is about, e.g. its service; answers for it count more than those for others */
  rank(runbook: Pick<Runbook, "id" | "remedies">, context: string, options: BanditOptions): readonly Solution[];
}

const SEPARATOR = "@";
const MAX_HISTORY = 5;

/** Name of a remedy in a context: what feedback is given on. */
export function solutionId(runbook: string, remedy: string, context: string): string {
  return `${runbook}/${remedy}${SEPARATOR}${context}`;
}

/**
 * Ranks by what people said helped. Feedback that was taken back does not count; the words people gave for what helped
 * (`details.text`) are proposed too, as solutions from history.
 */
export function createSolutionRanker(feedback: readonly Feedback[]): SolutionRanker {
  const answers = countAnswers(feedback);
  const told = toldSolutions(feedback);
  return {
    rank(runbook, context, options) {
      const remedies = [
        ...runbook.remedies.map((remedy) => ({ ...remedy, source: "runbook" as const })),
        ...(told.get(runbook.id) ?? []).map((remedy) => ({ ...remedy, source: "history" as const })),
      ];
      const arms = remedies.map((remedy, place) => {
        const id = solutionId(runbook.id, remedy.id, context);
        const all = answers.byRemedy.get(withoutContext(id)) ?? NO_ANSWERS;
        const here = answers.byContext.get(id) ?? NO_ANSWERS;
        return { id, place, here, elsewhere: { helped: all.helped - here.helped, failed: all.failed - here.failed } };
      });
      const ranked = rankArms(arms, options);
      // Nobody has answered yet: the runbook's author knows best.
      const isCold = arms.every((arm) => isUnanswered(arm.here) && isUnanswered(arm.elsewhere));
      return (isCold ? ranked.toSorted((left, right) => left.place - right.place) : ranked).flatMap((arm) => {
        const remedy = remedies[arm.place];
        return remedy === undefined
          ? []
          : [{ id: arm.id, text: remedy.text, source: remedy.source, reason: reasonFor(arm, context) }];
      });
    },
  };
}

function isUnanswered({ helped, failed }: Answers): boolean {
  return helped + failed === 0;
}

function reasonFor({ here, elsewhere, place, mean }: RankedArm, context: string): string {
  const asked = here.helped + here.failed;
  const askedElsewhere = elsewhere.helped + elsewhere.failed;
  const chance = `${Math.round(100 * mean)} % likely to help`;
  if (asked > 0) {
    return `helped ${here.helped} of ${asked} times for ${context}: ${chance}`;
  }
  return askedElsewhere > 0
    ? `helped ${elsewhere.helped} of ${askedElsewhere} times for other services: ${chance}`
    : `no answers yet; number ${place + 1} in the runbook`;
}

function countAnswers(feedback: readonly Feedback[]) {
  const byContext = new Map<string, Answers>();
  const byRemedy = new Map<string, Answers>();
  for (const { kind, subject, revokedAt } of feedback) {
    if (revokedAt === null && (kind === "helped" || kind === "did-not-help")) {
      const add = (answers: Answers | undefined): Answers => ({
        helped: (answers?.helped ?? 0) + (kind === "helped" ? 1 : 0),
        failed: (answers?.failed ?? 0) + (kind === "helped" ? 0 : 1),
      });
      byContext.set(subject, add(byContext.get(subject)));
      byRemedy.set(withoutContext(subject), add(byRemedy.get(withoutContext(subject))));
    }
  }
  return { byContext, byRemedy };
}

/** What people wrote that helped, per runbook: the latest few. The subject is `runbook/told-…@context`. */
function toldSolutions(feedback: readonly Feedback[]): ReadonlyMap<string, readonly { id: string; text: string }[]> {
  const told = new Map<string, { id: string; text: string }[]>();
  for (const { kind, subject, details, revokedAt } of feedback) {
    const [runbook, remedy] = withoutContext(subject).split("/");
    const text = details["text"];
    if (
      revokedAt === null &&
      kind === "helped" &&
      typeof text === "string" &&
      text.trim() !== "" &&
      runbook !== undefined &&
      remedy?.startsWith("told-")
    ) {
      const known = (told.get(runbook) ?? []).filter((entry) => entry.id !== remedy);
      told.set(runbook, [...known, { id: remedy, text: text.trim().slice(0, 500) }].slice(-MAX_HISTORY));
    }
  }
  return told;
}

function withoutContext(id: string): string {
  return id.split(SEPARATOR)[0] ?? id;
}
