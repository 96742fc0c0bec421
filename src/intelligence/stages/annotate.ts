import type { KeywordRules } from "../keyword-rules.ts";
import { eachAlert, type Stage } from "../stage.ts";
import { stemmedWords } from "../text/words.ts";
import { textOf } from "./severity.ts";

/** Decides which Grafana dashboards an alert belongs on: an action word AND a system word in its text. */
export function annotateStage(allRules: readonly KeywordRules[]): Stage {
  const byService = new Map(
    allRules.map((rules) => [
      rules.name.toLowerCase(),
      {
        label: rules.annotations?.keywordLabel ?? rules.keywordLabel,
        rules: (rules.annotations?.rules ?? []).map((rule) => ({
          tags: rule.tags,
          actions: rule.actions.map((word) => stemmedWords(word).join(" ")),
          systems: rule.systems.map((word) => stemmedWords(word).join(" ")),
        })),
      },
    ]),
  );
  return eachAlert("annotate", (item) => {
    const known = byService.get((item.labels["service"] ?? "").toLowerCase());
    if (known === undefined) {
      return null;
    }
    const text = ` ${stemmedWords(textOf(item, known.label)).join(" ")} `;
    const has = (phrases: readonly string[]) => phrases.find((phrase) => text.includes(` ${phrase} `));
    const found = known.rules.flatMap((rule) => {
      const action = has(rule.actions);
      const system = has(rule.systems);
      return action === undefined || system === undefined ? [] : [{ tags: rule.tags, why: `${action} + ${system}` }];
    });
    if (found.length === 0) {
      return null;
    }
    const dashboardTags = [...new Set(found.flatMap((rule) => rule.tags))];
    const why = found.map((rule) => rule.why).join(", ");
    return { dashboardTags, reason: `dashboards tagged ${dashboardTags.join(", ")}: ${why} in ${known.label}` };
  });
}
