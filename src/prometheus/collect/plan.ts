import { z } from "zod";
import type { Labels } from "../../alert/alert.ts";
import { fingerprint } from "../../alert/fingerprint.ts";
import { own } from "../../alert/own.ts";
import { UserError } from "../../alert/user-error.ts";
import type { Catalogue } from "../../config/catalogue.ts";
import { serviceMetrics } from "../../config/metrics.ts";
import type { Config } from "../../config/schema.ts";

/** One thing to ask for, and how its series become entities. */
export interface CollectQuery {
  /** Name of the metric: a column, and a folder. */
  readonly metric: string;
  readonly query: string;
  /** Which queries these are in messages: the service or the entity of the configuration. */
  readonly of: string;
  /** Name of the entity that a series belongs to; null where a label that names it is missing. */
  readonly entity: (labels: Labels) => string | null;
}

/** The collector's original configuration: its misspelt key and the right one. */
const originalSchema = z.looseObject({
  prometheus_url: z.url({ protocol: /^https?$/, error: "is not an http(s) address" }),
  metrices: z.array(z.string().min(1)).optional(),
  metrics: z.array(z.string().min(1)).optional(),
});

/** True for the collector's original configuration, which is JSON with `prometheus_url`. */
export function isOriginal(tree: Readonly<Record<string, unknown>>): boolean {
  return Object.hasOwn(tree, "prometheus_url");
}

/** Reads the original configuration. @throws UserError naming the key that is wrong. */
export function readOriginal(tree: unknown, file: string): { url: string; metrics: readonly string[] } {
  const parsed = originalSchema.safeParse(tree);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new UserError(`\`${issue?.path.join(".")}\` ${issue?.message}`, file, "see docs/configuration.md, collect");
  }
  const metrics = [...new Set(parsed.data.metrices ?? parsed.data.metrics ?? [])];
  if (metrics.length === 0) {
    throw new UserError("`metrices` names no metric", file, 'write it like "metrices": ["up"]');
  }
  return { url: parsed.data.prometheus_url, metrics };
}

/**
 * Every series of the metrics, each an entity of its own. With `by` these labels name the entity; without it
 * namespace, pod and container do where they are, and a fingerprint of all labels keeps any two apart.
 */
export function planMetrics(metrics: readonly string[], by: readonly string[]): readonly CollectQuery[] {
  return metrics.map((query) => ({
    metric: /^[a-zA-Z_:][a-zA-Z0-9_:]*/.exec(query.trim())?.[0] ?? query,
    query,
    of: query,
    entity: by.length === 0 ? nameOfSeries : (labels) => joinLabels(labels, by),
  }));
}

/** What the configuration scores: its entities, else every service of the catalogue with its metrics. */
export function planConfig(config: Config, catalogue: Catalogue): readonly CollectQuery[] {
  if (config.detect.entities.length > 0) {
    return config.detect.entities.flatMap(({ name, by, metrics }) =>
      Object.entries(metrics).map(([metric, query]) => ({
        metric,
        query,
        of: name,
        entity: (labels: Labels) =>
          by.every((label) => own(labels, label) !== undefined) ? fillName(name, labels) : null,
      })),
    );
  }
  return catalogue.services.flatMap((service) =>
    serviceMetrics(service).map(({ name, query }) => ({
      metric: name,
      query,
      of: service.name,
      entity: () => service.name,
    })),
  );
}

/** The entity's name with every `{{label}}` replaced. */
export function fillName(template: string, labels: Labels): string {
  return template.replace(/\{\{\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*\}\}/g, (_, label: string) => own(labels, label) ?? "");
}

function joinLabels(labels: Labels, by: readonly string[]): string | null {
  return by.every((label) => own(labels, label) !== undefined) ? by.map((label) => own(labels, label)).join("/") : null;
}

function nameOfSeries(labels: Labels): string {
  const { __name__: _, ...rest } = labels;
  const known = ["namespace", "exported_namespace", "pod", "exported_pod", "container", "exported_container"];
  const readable = known.flatMap((label) => own(rest, label) ?? []);
  const parts = readable.length > 0 ? readable : Object.values(rest).slice(0, 3);
  return [...parts, fingerprint(rest).slice(0, 8)].join("/");
}
