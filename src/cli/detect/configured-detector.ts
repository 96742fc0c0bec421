import { unitDetector } from "../../anomalies/life/fleet-choice.ts";
import { loadCatalogue } from "../../config/catalogue.ts";
import { entitySpecs } from "../../config/entities.ts";
import type { Config } from "../../config/schema.ts";
import { ENTITY } from "../../transfers/service/models.ts";

/** Kind of model that the configuration asks for an entity, and the key that does. */
export function detectorFor(config: Config, entity: string): { readonly detector: string; readonly key: string } {
  if (entity === ENTITY) {
    return { detector: config.transfers.model, key: "transfers.model" };
  }
  const specs = entitySpecs(config, loadCatalogue(config.services ?? null));
  return { detector: unitDetector(specs, config.detect.detectors), key: "detect.detectors" };
}
