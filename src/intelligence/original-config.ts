import { z } from "zod";
import { DEFAULT_SEVERITIES } from "../alert/severity.ts";
import { UserError } from "../alert/user-error.ts";
import { configSchema } from "../config/schema.ts";

const annotationMap = z.object({
  label: z.string().optional(),
  actions: z.array(z.string()).default([]),
  systems: z.array(z.string()).default([]),
  tags: z.array(z.string()).optional(),
});
const originalSchema = z.object({
  server: z
    .object({
      cmsmonURL: z.string().optional(),
      httpTimeout: z.number().positive().optional(),
      interval: z.number().positive().optional(),
      dryRun: z.boolean().optional(),
    })
    .default({}),
  annotationDashboard: z
    .object({
      url: z.string().optional(),
      tags: z.array(z.string()).default([]),
      token: z.string().optional(),
      dashboardsCacheExpiration: z.number().positive().optional(),
    })
    .optional(),
  alerts: z
    .object({
      uniqueLabel: z.string().optional(),
      severityLabel: z.string().optional(),
      serviceLabel: z.string().optional(),
      severityLevels: z.record(z.string(), z.int()).optional(),
    })
    .default({}),
  services: z.array(
    z.object({
      name: z.string(),
      keywordLabel: z.string(),
      defaultLevel: z.string().optional(),
      severityMap: z.record(z.string(), z.string()),
      annotationMap: z.union([annotationMap, z.array(annotationMap)]).optional(),
    }),
  ),
});
type Original = z.output<typeof originalSchema>;

/** A configuration for cmswatch, and what could not be taken over, one sentence each. */
export interface ImportedConfig {
  readonly config: Readonly<Record<string, unknown>>;
  readonly notes: readonly string[];
}

/** Translates the intelligence module's configuration of 2020. @throws UserError naming the key that is wrong */
export function importOriginalConfig(tree: unknown, where: string): ImportedConfig {
  const result = originalSchema.safeParse(tree);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw new UserError(
      `\`${issue?.path.join(".")}\`: ${issue?.message}`,
      where,
      "is this the intelligence module's configuration?",
    );
  }
  const original = result.data;
  const { url, dashboardsCacheExpiration } = original.annotationDashboard ?? {};
  const { cmsmonURL, httpTimeout, interval } = original.server;
  const config = {
    ...(cmsmonURL === undefined
      ? {}
      : { alertmanager: { urls: [cmsmonURL], ...(httpTimeout === undefined ? {} : { timeout: `${httpTimeout}s` }) } }),
    ...(url === undefined
      ? {}
      : {
          grafana: {
            url,
            ...(dashboardsCacheExpiration === undefined ? {} : { dashboardsFor: `${dashboardsCacheExpiration}h` }),
          },
        }),
    intelligence: {
      enrich: "copy",
      ...(interval === undefined ? {} : { every: `${interval}s` }),
      ...(original.alerts.severityLevels === undefined
        ? {}
        : { severities: withUnranked(original.alerts.severityLevels) }),
      services: original.services.map((service) => toService(service, original.annotationDashboard?.tags ?? [])),
    },
  };
  const checked = configSchema.safeParse(config);
  if (!checked.success) {
    const issue = checked.error.issues[0];
    throw new UserError(`gives a wrong \`${issue?.path.join(".")}\`: ${issue?.message}`, where, "fix it there");
  }
  return { config, notes: notesOn(original) };
}

/** `ticket` and `notification` were not ranked: they keep cmswatch's rank. */
function withUnranked(levels: Readonly<Record<string, number>>) {
  const { ticket, notification } = DEFAULT_SEVERITIES;
  return { notification, ticket, ...levels };
}

function toService(service: Original["services"][number], dashboardTags: readonly string[]) {
  const maps = service.annotationMap === undefined ? [] : [service.annotationMap].flat();
  const label = maps[0]?.label;
  return {
    name: service.name,
    keywordLabel: service.keywordLabel,
    severityMap: service.severityMap,
    ...(service.defaultLevel === undefined ? {} : { defaultSeverity: service.defaultLevel }),
    ...(maps.length === 0
      ? {}
      : {
          annotations: {
            ...(label === undefined ? {} : { keywordLabel: label }),
            rules: maps.map(({ actions, systems, tags }) => ({ actions, systems, tags: tags ?? [...dashboardTags] })),
          },
        }),
  };
}

function notesOn({ server, annotationDashboard, alerts }: Original): readonly string[] {
  const usual = { uniqueLabel: "alertname", severityLabel: "severity", serviceLabel: "service" };
  return [
    ...(server.dryRun === true ? ["dryRun was set: start with `cmswatch intelligence run --dry-run`"] : []),
    ...((annotationDashboard?.token ?? "") === ""
      ? []
      : ["the Grafana token was left out: set CMSWATCH_GRAFANA_TOKEN or grafana.tokenFile"]),
    ...Object.entries(usual).flatMap(([key, value]) => {
      const given = alerts[key as keyof typeof usual];
      return given === undefined || given === value
        ? []
        : [`alerts.${key} was "${given}": cmswatch always uses "${value}"`];
    }),
  ];
}
