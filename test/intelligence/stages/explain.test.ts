import { describe, expect, it } from "vitest";
import type { ActiveAlert } from "../../../src/alert/alert.ts";
import { createPipeline } from "../../../src/intelligence/pipeline.ts";
import { activeAlert, catalogue, configWith, NOW } from "../support.ts";

const HOUR = 3_600_000;
const at = (hours: number) => new Date(NOW.getTime() + hours * HOUR);
const intervention = (shortDescription: string) =>
  activeAlert(
    { alertname: "ssb-OTG7", service: "SSB", severity: "notification" },
    { annotations: { shortDescription }, startsAt: at(-1), endsAt: at(2) },
  );
const anomaly = (labels: Record<string, string> = {}, startsAt = NOW) =>
  activeAlert(
    { alertname: "CMSWebAnomaly", service: "dbs", severity: "high", class: "availability", ...labels },
    { startsAt },
  );
const ticket = (Site: string) =>
  activeAlert({ alertname: "ggus-1", service: "GGUS", Site }, { annotations: { Priority: "urgent" } });
const explained = (...alerts: readonly ActiveAlert[]) => {
  const item = createPipeline(configWith(), { catalogue }).run(alerts, NOW).items.at(-1);
  return [item?.annotations["explained_by"], item?.labels["severity"]];
};

describe("an intervention", () => {
  it("explains an anomaly of a service it names, one level lower, and hides nothing", () => {
    expect(explained(intervention("Database intervention for DBS"), anomaly())).toEqual(["OTG7", "medium"]);
  });

  it("says so in the reasons of the group", () => {
    const { items } = createPipeline(configWith(), { catalogue }).run(
      [intervention("Oracle database patching"), anomaly()],
      NOW,
    );
    expect(items[1]?.reasons.map((reason) => reason.text)).toContain(
      "intervention OTG7 covers it in time and system: medium instead of high",
    );
  });

  it.each([
    ["of another service", intervention("Database intervention for DAS"), anomaly()],
    ["before it", intervention("Database intervention"), anomaly({}, at(-5))],
    ["after it", intervention("Database intervention"), anomaly({}, at(3))],
    ["of the office network", intervention("Wi-Fi replacement, network cut"), anomaly()],
    [
      "that is an ordinary alert",
      intervention("Database intervention"),
      activeAlert({ alertname: "DBS service is down", service: "dbs", severity: "high" }),
    ],
  ])("does not explain an alert %s", (_, cause, alert) => {
    expect(explained(cause, alert)).toEqual([undefined, "high"]);
  });

  it("explains tickets of the computing centre's own site only", () => {
    const network = intervention("Network intervention in the data centre");
    expect(explained(network, ticket("T2_CH_CERN"))).toEqual(["OTG7", "medium"]);
    expect(explained(network, ticket("T1_DE_KIT"))).toEqual([undefined, "high"]);
  });
});
