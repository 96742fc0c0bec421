import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Alert } from "../../src/alert/alert.ts";
import { asActive, createPipeline } from "../../src/intelligence/pipeline.ts";
import { sharedData } from "../shared-data.ts";
import { activeAlert, catalogue, configWith, NOW } from "./support.ts";

const cases = sharedData("alerts", "original-pipeline-cases.json");
const ssb = (shortDescription: string, name = "ssb-OTG1") =>
  activeAlert(
    { alertname: name, service: "SSB", severity: "notification", tag: "monitoring" },
    { annotations: { shortDescription } },
  );
const ggus = (Priority: string, Subject = "Transfers failing to rucio", id = 1) =>
  activeAlert(
    { alertname: `ggus-${id}`, service: "GGUS", severity: "ticket", Priority, Site: "T1_ES_PIC" },
    { annotations: { Priority, Subject } },
  );
const run = (
  alerts: Parameters<ReturnType<typeof createPipeline>["run"]>[0],
  intelligence: Record<string, unknown> = {},
) => createPipeline(configWith(intelligence), { catalogue }).run(alerts, NOW);

describe("the pipeline", () => {
  it.skipIf(cases === null)("gives the original's three cases their severities and dashboards", () => {
    const alerts = (JSON.parse(readFileSync(cases ?? "", "utf8")) as Record<string, string>[]).map((raw) =>
      asActive(
        {
          ...raw,
          startsAt: new Date(raw["startsAt"] ?? ""),
          endsAt: new Date(raw["endsAt"] ?? ""),
        } as unknown as Alert,
        NOW,
      ),
    );
    const { items } = run(alerts);
    expect(items.map((item) => item.labels["severity"])).toEqual(["warning", "info", "high"]);
    expect(items.map((item) => item.dashboardTags)).toEqual([["cmsweb", "prod"], ["jobs"], ["prod"]]);
  });

  it("ranks by the default maps, whole words, longest phrase first", () => {
    const severities = [
      ggus("less urgent", "x", 1),
      ggus("urgent", "x", 2),
      ggus("very urgent", "x", 3),
      ggus("top priority", "x", 4),
      ggus("whenever", "x", 5),
      ssb("Countdown to the new storage", "ssb-OTG2"),
      ssb("Service is down after an upgrade", "ssb-OTG3"),
    ];
    expect(run(severities).items.map((item) => item.labels["severity"])).toEqual([
      "medium",
      "high",
      "urgent",
      "urgent",
      "ticket",
      "notification",
      "urgent",
    ]);
  });

  it("reports a priority it does not know", () => {
    expect(run([ggus("whenever")]).items[0]?.reasons[0]?.text).toBe(
      'no known keyword in Priority "whenever": ticket is the default of GGUS',
    );
  });

  it("lets the configuration replace the rules of a service", () => {
    const services = [{ name: "GGUS", keywordLabel: "Priority", severityMap: { whenever: "info" } }];
    const [item] = run([ggus("whenever")], { services }).items;
    expect([item?.labels["severity"], item?.dashboardTags]).toEqual(["info", []]);
  });

  it("leaves out stages that are disabled", () => {
    const { items, groups, reports } = run([ggus("urgent")], { disable: ["severity", "group"] });
    expect(items[0]?.labels["severity"]).toBe("ticket");
    expect(groups).toEqual([]);
    expect(reports.map((report) => report.stage)).toEqual(["preprocess", "annotate", "explain"]);
  });

  it("skips a stage for the one alert it fails on, and says so", () => {
    const runbooks = {
      find: ({ labels }: { labels: Readonly<Record<string, string>> }) => {
        if (labels["Site"] === "T2_XX_Broken") {
          throw new Error("cannot read this one");
        }
        return { id: "r", title: "R", url: "https://example.org/r", firstSteps: ["look"], confidence: 1 };
      },
    };
    const broken = activeAlert({ alertname: "ggus-9", service: "GGUS", Site: "T2_XX_Broken" });
    const { items, reports } = createPipeline(configWith(), { catalogue, runbooks }).run([ggus("urgent"), broken], NOW);
    expect(items.map((item) => item.annotations["runbook_url"])).toEqual(["https://example.org/r", undefined]);
    expect(reports.find((report) => report.stage === "runbook")?.failures).toEqual(["ggus-9: cannot read this one"]);
  });

  it("measures every stage", () => {
    const ticks = [0, 5, 5, 7, 7, 8, 8, 9, 9, 21];
    const steadyClock = () => ticks.shift() ?? 21;
    const { reports } = createPipeline(configWith(), { catalogue, steadyClock }).run([ggus("urgent")], NOW);
    expect(
      reports.map(({ stage, alertsIn, alertsOut, changed, milliseconds }) => [
        stage,
        alertsIn,
        alertsOut,
        changed,
        milliseconds,
      ]),
    ).toEqual([
      ["preprocess", 1, 1, 0, 5],
      ["severity", 1, 1, 1, 2],
      ["annotate", 1, 1, 1, 1],
      ["explain", 1, 1, 0, 1],
      ["group", 1, 1, 1, 12],
    ]);
  });

  it("drops repeats that differ only in ignored labels, with a reason", () => {
    const one = activeAlert({ alertname: "A", uuid: "1" }, { startsAt: new Date(NOW.getTime() - 1000) });
    const two = activeAlert({ alertname: "A", uuid: "2" });
    const { items, dropped } = run([two, one]);
    expect(items.map((item) => item.source)).toEqual([two]);
    expect(dropped).toEqual([{ alert: one, reason: `the same alert came again (fingerprint ${two.fingerprint})` }]);
  });

  it("raises an alert of its own when more than the threshold are urgent at once", () => {
    const alerts = Array.from({ length: 3 }, (_, index) => ggus("very urgent", "x", index));
    expect(run(alerts, { criticalThreshold: 3 }).raised).toEqual([]);
    const [raised] = run(alerts, { criticalThreshold: 2 }).raised;
    expect(raised?.labels).toEqual({
      alertname: "CMSWebCriticalInfrastructure",
      service: "cmsweb",
      severity: "urgent",
      tag: "cmsweb",
    });
    expect(raised?.annotations["summary"]).toBe("3 urgent alerts are active at once");
  });

  it("enriches our own alerts before their first push", () => {
    const alert: Alert = { ...ssb("Network intervention"), endsAt: null };
    const [enriched] = createPipeline(configWith(), { catalogue }).enrich([alert], NOW);
    expect(enriched?.labels["severity"]).toBe("warning");
  });

  it("never loses an alert, whatever its labels and texts", () => {
    const text = fc.string({ maxLength: 30 });
    const labels = fc.dictionary(
      fc.constantFrom("alertname", "service", "node", "Site", "severity", "Priority", "pod"),
      text,
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(labels, text), { maxLength: 12 }), (list) => {
        const alerts = list.map(([entry, summary]) =>
          activeAlert(entry, { annotations: { summary, shortDescription: summary } }),
        );
        const { items, dropped, groups } = run(alerts);
        expect(items.length + dropped.length).toBe(alerts.length);
        expect(groups.flatMap((group) => group.alerts).length).toBe(items.length);
      }),
      { numRuns: 60 },
    );
  });
});

describe("groups over several runs", () => {
  const nodeAlert = (name: string, second: number, service?: string) =>
    activeAlert(
      { alertname: name, node: "node-07", severity: "high", ...(service === undefined ? {} : { service }) },
      { startsAt: new Date(NOW.getTime() + 1000 * second) },
    );
  const storm = [
    nodeAlert("KubernetesNodeReady", 0),
    nodeAlert("DBS service is down", 5, "dbs"),
    nodeAlert("DAS service is down", 9, "das"),
  ];
  const at = (minutes: number) => new Date(NOW.getTime() + 60_000 * minutes);

  it("keep their id while they live, show when they resolve, and are then forgotten", () => {
    const pipeline = createPipeline(configWith(), { catalogue });
    const first = pipeline.run(storm, at(1)).groups;
    expect(first.map((group) => [group.title, group.state, group.alerts.length])).toEqual([
      ["Node node-07 is down: 2 alerts of dbs, das with it", "firing", 3],
    ]);
    const id = first[0]?.id ?? "";
    expect(pipeline.run(storm.slice(0, 1), at(2)).groups.map((group) => [group.id, group.alerts.length])).toEqual([
      [id, 1],
    ]);
    expect(pipeline.run(storm, at(3), { acknowledged: new Set([id]) }).groups[0]?.state).toBe("acknowledged");
    const [resolved] = pipeline.run([], at(4)).groups;
    expect([resolved?.id, resolved?.state, resolved?.endsAt]).toEqual([id, "resolved", at(4)]);
    expect(pipeline.run([], at(70)).groups).toEqual([]);
  });

  it("survive a restart by the saved state", () => {
    const before = createPipeline(configWith(), { catalogue });
    const [group] = before.run(storm, at(1)).groups;
    const state = JSON.parse(JSON.stringify(before.state()));
    const after = createPipeline(configWith(), { catalogue, state });
    const late = nodeAlert("PodRestarts", 60);
    expect(after.run([...storm, late], at(2)).groups.map((entry) => [entry.id, entry.alerts.length])).toEqual([
      [group?.id, 4],
    ]);
  });

  it("name the cause, the worst severity and why", () => {
    const [group] = createPipeline(configWith(), { catalogue }).run(storm, at(1)).groups;
    expect(group?.rootFingerprint).toBe(storm[0]?.fingerprint);
    expect(group?.severity).toBe("high");
    expect(group?.reasons.length).toBeGreaterThan(0);
  });
});
