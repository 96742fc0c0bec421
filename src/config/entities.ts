import type { Catalogue } from "./catalogue.ts";
import { type MetricDefinition, serviceMetrics } from "./metrics.ts";
import type { Config } from "./schema.ts";

/** What is scored: queries whose answers belong together, split into entities by the values of `by`. */
export interface EntitySpec {
  /** `{{label}}` is replaced by the label's value where `by` splits. */
  readonly name: string;
  readonly service: string;
  readonly by: readonly string[];
  readonly metrics: readonly MetricDefinition[];
}

/** The configured entities, or one per service of the catalogue. */
export function entitySpecs(config: Pick<Config, "detect">, catalogue: Catalogue): readonly EntitySpec[] {
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

/** How the units of a configuration are trained. */
export function trainingOptions({ train, threshold, timezone }: Config["detect"]) {
  return { seed: train.seed, epochs: train.epochs, threshold, timeZone: timezone };
}
