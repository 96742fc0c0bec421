import type { ActiveAlert, Labels } from "../../src/alert/alert.ts";
import { fingerprint } from "../../src/alert/fingerprint.ts";
import { loadCatalogue } from "../../src/config/catalogue.ts";
import { configSchema } from "../../src/config/schema.ts";

export const NOW = new Date("2024-05-07T12:00:00Z");
export const catalogue = loadCatalogue(null);

/** An active alert as Alertmanager would give it. */
export function activeAlert(labels: Labels, overrides: Partial<ActiveAlert> = {}): ActiveAlert {
  return {
    labels,
    annotations: {},
    startsAt: NOW,
    endsAt: null,
    fingerprint: fingerprint(labels),
    state: "active",
    silencedBy: [],
    inhibitedBy: [],
    receivers: ["default"],
    updatedAt: NOW,
    ...overrides,
  };
}

/** A configuration with all defaults but the given keys. */
export function configWith(intelligence: Record<string, unknown> = {}) {
  return configSchema.parse({ intelligence });
}
