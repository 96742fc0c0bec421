import { describe, expect, it } from "vitest";
import { configSchema } from "../../src/config/schema.ts";
import { importOriginalConfig } from "../../src/intelligence/original-config.ts";

const original = {
  server: {
    cmsmonURL: "http://am.example.org:9093",
    getAlertsAPI: "/api/v1/alerts",
    httpTimeout: 3,
    interval: 10,
    dryRun: true,
  },
  annotationDashboard: {
    url: "https://grafana.example.org",
    tags: ["prod"],
    token: "abc",
    dashboardsCacheExpiration: 1,
  },
  alerts: { uniqueLabel: "alertname", severityLabel: "level", severityLevels: { info: 0, urgent: 4 } },
  silence: { createdBy: "admin" },
  services: [
    {
      name: "SSB",
      keywordLabel: "shortDescription",
      defaultLevel: "notification",
      severityMap: { down: "urgent" },
      annotationMap: { label: "shortDescription", actions: ["outage"], systems: ["db"], urlLabel: "URL" },
    },
  ],
};

describe("importing the intelligence module's configuration", () => {
  it("gives a configuration that cmswatch takes", () => {
    const { config } = importOriginalConfig(original, "x.json");
    const read = configSchema.parse(config);
    expect([[read.alertmanager.urls].flat().map(String), read.alertmanager.timeout, String(read.grafana.url)]).toEqual([
      ["http://am.example.org:9093"],
      3000,
      "https://grafana.example.org",
    ]);
    expect(read.intelligence).toMatchObject({
      enrich: "copy",
      every: 10_000,
      severities: { info: 0, urgent: 4, ticket: 1, notification: 0 },
    });
    expect(read.intelligence.services).toEqual([
      {
        name: "SSB",
        keywordLabel: "shortDescription",
        severityMap: { down: "urgent" },
        defaultSeverity: "notification",
        annotations: {
          keywordLabel: "shortDescription",
          rules: [{ actions: ["outage"], systems: ["db"], tags: ["prod"] }],
        },
      },
    ]);
  });

  it("says what it could not take over, and never writes the token", () => {
    const { config, notes } = importOriginalConfig(original, "x.json");
    expect(notes.length).toBe(3);
    expect(JSON.stringify(config)).not.toContain("abc");
  });

  it.each([
    [{}, /`services`/],
    [{ ...original, server: { cmsmonURL: "nowhere" } }, /alertmanager.urls/],
    [{ ...original, services: [{ name: "X" }] }, /services.0.keywordLabel/],
  ])("names the key that is wrong", (tree, message) => {
    expect(() => importOriginalConfig(tree, "x.json")).toThrow(message);
  });
});
