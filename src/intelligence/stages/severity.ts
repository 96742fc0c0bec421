import { own } from "../../alert/own.ts";
import { type SeverityRanking, severityRank } from "../../alert/severity.ts";
import type { KeywordRules } from "../keyword-rules.ts";
import { type Change, eachAlert, type Item, type Stage } from "../stage.ts";
import { createPhraseFinder, type PhraseFinder } from "../text/phrases.ts";

/** Severity where keywords say nothing and the alert carries none; null when it does not know either. */
export interface SeverityGuess {
  guess(item: Pick<Item, "labels" | "annotations">): { severity: string; confidence: number } | null;
}

/** What people said of such alerts; null when nobody said anything. */
export type SeverityWord = (
  item: Pick<Item, "labels">,
) => { readonly severity: string; readonly by: string; readonly at: Date } | null;

interface CompiledRules {
  readonly rules: KeywordRules;
  readonly finder: PhraseFinder<string>;
}

/**
 * Ranks by keywords: whole words, the longest phrase first; of several the worst of the longest. An alert that its service's
 * rules do not name keeps the severity it came with; one without any is given the guess, or stays without and says so. What a
 * person said of such alerts goes before all of it.
 */
export function severityStage(
  allRules: readonly KeywordRules[],
  ranking: SeverityRanking,
  guesser: SeverityGuess | null = null,
  wordOf: SeverityWord = () => null,
): Stage {
  const byService = new Map<string, CompiledRules>(
    allRules.map((rules) => [rules.name.toLowerCase(), { rules, finder: createPhraseFinder(rules.severityMap) }]),
  );
  return eachAlert("severity", (item) => {
    const word = wordOf(item);
    if (word !== null) {
      const when = word.at.toISOString().slice(0, 10);
      return {
        labels: withSeverity(item, word.severity),
        reason: `${word.by} said on ${when} that such alerts are ${word.severity}`,
      };
    }
    const compiled = byService.get((item.labels["service"] ?? "").toLowerCase());
    return compiled === undefined ? withoutRules(item, ranking, guesser) : byKeyword(item, compiled, ranking);
  });
}

function byKeyword(item: Item, { rules, finder }: CompiledRules, ranking: SeverityRanking): Change | null {
  const text = textOf(item, rules.keywordLabel);
  const hits = finder.findAll(text);
  const longest = Math.max(...hits.map((hit) => hit.phrase.split(/\s+/).length));
  const worst = hits
    .filter((hit) => hit.phrase.split(/\s+/).length === longest)
    .sort((left, right) => severityRank(right.value, ranking) - severityRank(left.value, ranking))[0];
  if (worst !== undefined) {
    return {
      labels: withSeverity(item, worst.value),
      reason: `"${worst.phrase}" in ${rules.keywordLabel} means ${worst.value}`,
    };
  }
  const fallback = rules.defaultSeverity ?? item.labels["severity"];
  const seen = text === "" ? `${rules.keywordLabel} is missing` : `no known keyword in ${rules.keywordLabel} "${text}"`;
  return fallback === undefined
    ? { reason: `${seen}, and ${rules.name} has no default severity` }
    : { labels: withSeverity(item, fallback), reason: `${seen}: ${fallback} is the default of ${rules.name}` };
}

function withoutRules(item: Item, ranking: SeverityRanking, guesser: SeverityGuess | null): Change | null {
  const given = item.labels["severity"];
  if (given !== undefined && severityRank(given, ranking) >= 0) {
    return null;
  }
  const guess = guesser?.guess(item) ?? null;
  const problem = given === undefined ? "it came without a severity" : `its severity "${given}" is not a known one`;
  return guess === null
    ? { reason: `${problem}, and nothing says which it should be` }
    : {
        labels: withSeverity(item, guess.severity),
        reason: `${problem}: ${guess.severity} by similar alerts (confidence ${guess.confidence.toFixed(2)})`,
      };
}

/** Text of an annotation, else of the label of that name, else empty. */
export function textOf(item: Pick<Item, "labels" | "annotations">, name: string): string {
  return own(item.annotations, name) ?? own(item.labels, name) ?? "";
}

function withSeverity(item: Item, severity: string) {
  return item.labels["severity"] === severity ? item.labels : { ...item.labels, severity };
}
