import type { Labels } from "../../alert/alert.ts";
import type { RunbookLink } from "../../alert/group.ts";
import { matchesAll } from "../../alert/matcher.ts";
import { own } from "../../alert/own.ts";
import type { RunbookFinder } from "../stages/runbook.ts";
import { createPhraseFinder } from "../text/phrases.ts";
import { createTextIndex } from "../text/similarity.ts";
import type { Runbook } from "./runbook.ts";

interface Subject {
  readonly labels: Labels;
  readonly annotations: Labels;
}

/** A runbook for an alert. */
export interface RunbookMatch {
  readonly runbook: Runbook;
  /** 1 for an exact match by front matter; else the cosine similarity of the texts, below 1. */
  readonly confidence: number;
}

/** Finds runbooks for alerts. */
export interface RunbookIndex extends RunbookFinder {
  match(alert: Subject): RunbookMatch | null;
}

/** Below this the nearest text is not worth a person's time. */
const MIN_SIMILARITY = 0.25;
const FIRST_STEPS = 3;
const TEXTS = ["summary", "description", "Subject", "shortDescription", "message"];

/**
 * Exact by front matter: the alert's name, or matchers and words; the more conditions, the better. Else the nearest text.
 * @param urlOf address of a runbook by its id
 */
export function createRunbookIndex(runbooks: readonly Runbook[], urlOf: (id: string) => string): RunbookIndex {
  const testers = runbooks.map((runbook) => ({ runbook, test: exactTester(runbook) }));
  const texts = createTextIndex(runbooks.map(documentOf));
  const match = (alert: Subject): RunbookMatch | null => {
    const exact = testers
      .map(({ runbook, test }) => ({ runbook, strength: test(alert) }))
      .filter((entry) => entry.strength > 0)
      .sort((left, right) => right.strength - left.strength)[0];
    if (exact !== undefined) {
      return { runbook: exact.runbook, confidence: 1 };
    }
    const nearest = texts.nearest(textOf(alert));
    const runbook = nearest === null ? undefined : runbooks[nearest.index];
    return nearest === null || runbook === undefined || nearest.similarity < MIN_SIMILARITY
      ? null
      : { runbook, confidence: Math.min(0.99, nearest.similarity) };
  };
  return {
    match,
    find(alert) {
      const found = match(alert);
      return found === null ? null : linkTo(found, urlOf);
    },
  };
}

function linkTo({ runbook, confidence }: RunbookMatch, urlOf: (id: string) => string): RunbookLink {
  const firstSteps = runbook.firstChecks.slice(0, FIRST_STEPS);
  return { id: runbook.id, title: runbook.title, url: urlOf(runbook.id), firstSteps, confidence };
}

/** How many conditions of the runbook the alert fulfils; 0 when it is not for this alert. */
function exactTester(runbook: Runbook): (alert: Subject) => number {
  const names = new Set(runbook.alertNames);
  const conditions = runbook.conditions.map((condition) => ({
    matchers: condition.matchers,
    phrases:
      condition.text.length === 0
        ? null
        : createPhraseFinder(Object.fromEntries(condition.text.map((text) => [text, true]))),
  }));
  return (alert) => {
    const strengths = conditions.map(({ matchers, phrases }) =>
      matchesAll(matchers, alert.labels) && (phrases === null || phrases.find(annotationText(alert)) !== null)
        ? matchers.length + (phrases === null ? 0 : 1)
        : 0,
    );
    return Math.max(names.has(alert.labels["alertname"] ?? "") ? 1 : 0, ...strengths, 0);
  };
}

function annotationText(alert: Subject): string {
  return TEXTS.map((name) => own(alert.annotations, name) ?? "").join(" ");
}

function textOf(alert: Subject): string {
  const { alertname = "", service = "", action = "" } = alert.labels;
  return [alertname, alertname, service, action, annotationText(alert)].join(" ");
}

function documentOf(runbook: Runbook): string {
  return [
    runbook.title,
    ...runbook.alertNames,
    ...runbook.firstChecks,
    ...runbook.conditions.flatMap((condition) => condition.text),
  ].join(" ");
}
