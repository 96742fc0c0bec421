import type { Labels } from "../../alert/alert.ts";
import type { Catalogue } from "../../config/catalogue.ts";
import { type MetricDefinition, serviceMetrics } from "../../config/metrics.ts";
import type { Config } from "../../config/schema.ts";

/** What is scored: queries whose answers belong together, split into entities by the values of `by`. */
export interface EntitySpec {
  /** `{{label}}` is replaced by the label's value where `by` splits. */
  readonly name: string;
  readonly service: string;
  readonly by: readonly string[];
  readonly metrics: readonly MetricDefinition[];
}

/** The configured entities, or one per service of the catalogue. */
export function entitySpecs(config: Config, catalogue: Catalogue): readonly EntitySpec[] {
  const configured = config.detect.entities;
  if (configured.length === 0) {
    return catalogue.services.map((service) => ({
      name: service.name,
      service: service.name,
      by: [],
      metrics: serviceMetrics(service),
    }));
  }
  return configured.map((entity) => ({
    name: entity.name,
    service: catalogue.find(entity.service)?.name ?? entity.service,
    by: entity.by,
    metrics: Object.entries(entity.metrics).map(([name, query]) => ({ name, query, unit: "" as const })),
  }));
}

/** The entity's own name for one set of labels: the template filled, or followed by the values. */
export function entityName(spec: EntitySpec, labels: Labels): string {
  if (spec.by.length === 0) {
    return spec.name;
  }
  const values = spec.by.map((label) => labels[label] ?? "");
  return spec.name.includes("{{")
    ? spec.name.replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (_, label: string) => labels[label] ?? "")
    : `${spec.name}/${values.join("/")}`;
}
