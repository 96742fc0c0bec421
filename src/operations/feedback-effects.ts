import { readCorrections } from "../intelligence/learned/guesser.ts";
import type { Feedback } from "../store/store.ts";

const EFFECTS: Readonly<Record<Exclude<Feedback["kind"], "not-anomaly">, string>> = {
  helped: "Noted: this solution ranks higher for such alerts from now on.",
  "did-not-help": "Noted: this solution ranks lower for such alerts from now on.",
  "wrong-group": "Noted. Say which alerts are apart, or which group it belongs to, and grouping follows.",
  "wrong-severity": "Noted, and kept with the alert. Say which severity is right, and such alerts get it.",
  "wrong-link": "Noted for those who keep runbooks and links; nothing else changes by it.",
};

/**
 * Says what a piece of feedback changes, for the person who gave it.
 * @param forgive lets detection learn that an event was ordinary; gives its sentence
 */
export function createFeedbackEffects(forgive: (given: Feedback) => Promise<string>) {
  return async (given: Feedback): Promise<string> =>
    given.kind === "not-anomaly" ? forgive(given) : effectOf(given, given.kind);
}

function effectOf(feedback: Feedback, kind: keyof typeof EFFECTS): string {
  const [correction] = readCorrections([feedback]);
  if (correction === undefined) {
    return EFFECTS[kind];
  }
  const { alertname, service, severity } = correction;
  const where = service === null ? "" : ` of ${service}`;
  return `Noted: from the next look on ${alertname}${where} is ${severity}, and what is learnt from past alerts takes your word for it.`;
}
