import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { lintRunbooks, type RuleForLint, rulesWithoutRunbook } from "../../../src/intelligence/runbooks/lint.ts";
import { loadRunbooks, readRunbooks } from "../../../src/intelligence/runbooks/load.ts";
import { createRunbookIndex } from "../../../src/intelligence/runbooks/match.ts";
import { parseRunbook } from "../../../src/intelligence/runbooks/runbook.ts";
import { sharedData } from "../../shared-data.ts";
import { catalogue } from "../support.ts";

const rulesFile = sharedData("rules", "cmsweb-alert-rules.json");
const text = (alerts: string, more = "") =>
  `---\ntitle: A problem\nalerts: ${alerts}\nowners: [cmsweb-operators]\nfirstChecks: [Look at the pods first]\nremedies: [{id: restart, text: Restart the thing}]\n${more}---\nBody.\n`;
const runbook = (id: string, alerts: string, more?: string) => parseRunbook(text(alerts, more), id, `${id}.md`);
const index = createRunbookIndex(loadRunbooks(), (id) => `https://example.org/${id}`);

describe("reading a runbook", () => {
  it("gives its parts", () => {
    const read = runbook("x", `["A is down", {match: 'service="dbs"', text: [fds]}]`);
    expect([read.alertNames, read.conditions.length, read.remedies[0]?.id, read.body]).toEqual([
      ["A is down"],
      1,
      "restart",
      "Body.",
    ]);
  });

  it.each([
    ["no front matter", "# Title\n", /x\.md: has no front matter/],
    ["a missing key", "---\ntitle: Something\n---\n", /`alerts`/],
    ["an unknown key", text('["A"]', "owner: me\n"), /owner/],
    ["a bad matcher", text('[{match: "service"}]'), /is not a matcher/],
    ["bad YAML", "---\ntitle: [\n---\n", /not YAML/],
  ])("refuses %s, naming file and key", (_, content, message) => {
    expect(() => parseRunbook(content, "x", "x.md")).toThrow(message);
  });

  it("reads the good ones of a folder and names the bad ones", () => {
    const folder = mkdtempSync(join(tmpdir(), "runbooks-"));
    writeFileSync(join(folder, "good.md"), text('["A"]'));
    writeFileSync(join(folder, "bad.md"), "nothing");
    const { runbooks, faults } = readRunbooks(folder);
    expect([runbooks.map((read) => read.id), faults.length]).toEqual([["good"], 1]);
    expect(() => readRunbooks(join(folder, "missing"))).toThrow(/not a folder/);
  });
});

describe("finding a runbook", () => {
  it("is exact by name", () => {
    const found = index.match({ labels: { alertname: "KubernetesNodeReady" }, annotations: {} });
    expect([found?.runbook.id, found?.confidence]).toEqual(["node-down", 1]);
  });

  it("takes the most specific of several that fit", () => {
    const labels = { alertname: "CMSWebAnomaly", class: "availability" };
    expect(index.match({ labels: { ...labels, service: "dbs" }, annotations: {} })?.runbook.id).toBe("dbs-down");
    expect(index.match({ labels: { ...labels, service: "tfaas" }, annotations: {} })?.runbook.id).toBe(
      "anomaly-availability",
    );
  });

  it.each([
    ["Transfers failing to rucio", "GGUS", "ggus-transfer-failure"],
    ["Please update the pledge", "GGUS", "ggus-site-ticket"],
    ["Network intervention in building 513", "SSB", "ssb-network-intervention"],
    ["Database update", "SSB", "ssb-database-intervention"],
    ["Mail gateway maintenance", "SSB", "ssb-notice"],
  ])("reads the ticket: %s", (words, service, id) => {
    const annotations = { Subject: words, shortDescription: words };
    expect(index.match({ labels: { alertname: "x-1", service }, annotations })?.runbook.id).toBe(id);
  });

  it("falls back to the nearest text with its confidence", () => {
    const found = index.find({
      labels: { alertname: "MongoMemberUnhealthy" },
      annotations: { summary: "mongodb replica set member not healthy" },
    });
    expect(found?.id).toBe("mongodb-replica");
    expect(found?.confidence).toBeGreaterThan(0.25);
    expect(found?.confidence).toBeLessThan(1);
  });

  it("finds nothing rather than something far", () => {
    expect(
      index.find({ labels: { alertname: "Zwiebelkuchen" }, annotations: { summary: "quark und speck" } }),
    ).toBeNull();
  });
});

describe("checking runbooks", () => {
  it("finds nothing to fix in those that come with cmswatch", () => {
    expect(lintRunbooks(loadRunbooks(), catalogue)).toEqual([]);
  });

  it.skipIf(rulesFile === null)("finds one for every alert of CMSWEB's rules", () => {
    const rules = JSON.parse(readFileSync(rulesFile ?? "", "utf8")) as RuleForLint[];
    expect(rulesWithoutRunbook(rules, index)).toEqual([]);
  });

  it("names doubles, strangers and dead links", () => {
    const more = "links: [{title: T, url: 'http://example.org'}]\n";
    const problems = lintRunbooks(
      [
        runbook("a", '["A"]'),
        { ...runbook("b", '["A"]', more), owners: ["nobody"], body: "[x](missing.md) [ok](a.md#part)" },
      ],
      catalogue,
    );
    expect(problems.map((entry) => entry.problem)).toEqual([
      '"A" is also in a.md: one alert, one runbook',
      'owner "nobody" owns no service of the catalogue',
      "http://example.org is not https",
      "missing.md leads to no runbook",
    ]);
  });
});
