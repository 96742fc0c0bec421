import type { Config } from "../config/schema.ts";

/** Keyword rules of one service: where to look, what the words mean, which dashboards are annotated. */
export type KeywordRules = Config["intelligence"]["services"][number];

const NETWORK_OR_DATABASE = ["network", "database", "db"];

/** The maps of CMS's own intelligence configuration; they hold unless the configuration names the same service. */
export const DEFAULT_KEYWORD_RULES: readonly KeywordRules[] = [
  {
    name: "SSB",
    keywordLabel: "shortDescription",
    severityMap: {
      update: "info",
      configuration: "info",
      support: "info",
      patching: "info",
      upgrade: "warning",
      intervention: "warning",
      migration: "warning",
      interruption: "medium",
      risk: "high",
      down: "urgent",
    },
    defaultSeverity: "notification",
    annotations: {
      rules: [
        { actions: ["intervention", "outage"], systems: NETWORK_OR_DATABASE, tags: ["cmsweb", "prod"] },
        { actions: ["update", "upgrade"], systems: NETWORK_OR_DATABASE, tags: ["jobs"] },
      ],
    },
  },
  {
    name: "GGUS",
    keywordLabel: "Priority",
    severityMap: { "less urgent": "medium", urgent: "high", "very urgent": "urgent", "top priority": "urgent" },
    defaultSeverity: "ticket",
    annotations: {
      keywordLabel: "Subject",
      rules: [{ actions: ["transfer", "outage"], systems: ["rucio"], tags: ["prod"] }],
    },
  },
];

/** The configured rules, and the built-in ones for services that the configuration does not name. */
export function keywordRules(config: Pick<Config["intelligence"], "services">): readonly KeywordRules[] {
  const named = new Set(config.services.map((service) => service.name.toLowerCase()));
  return [...config.services, ...DEFAULT_KEYWORD_RULES.filter((rules) => !named.has(rules.name.toLowerCase()))];
}
