import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { runCli } from "../../src/cli.ts";

async function run(...argv: readonly string[]) {
  const seen = { out: "", err: "", code: 0 };
  await runCli(
    argv,
    {
      out: (text) => {
        seen.out += text;
      },
      err: (text) => {
        seen.err += text;
      },
      colour: false,
      log: pino({ level: "silent" }),
      environment: {},
      exit: (code) => {
        seen.code = code;
      },
      serve: async () => {},
    },
    "0.0.0",
  );
  return seen;
}

const folder = mkdtempSync(join(tmpdir(), "cmswatch-cli-"));
const write = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const line = (t: number, alertname: string) =>
  JSON.stringify({ t, labels: { alertname, node: "n1" }, truth: { ignored: true } });

describe("cmswatch group", () => {
  it("writes the group of every event, in order, with the reason", async () => {
    const input = write("events.jsonl", `${line(0, "A")}\n${line(60, "A")}\n\n${line(90_000, "B")}\n`);
    const out = join(folder, "groups.csv");
    expect((await run("group", "--input", input, "--out", out)).out).toBe(`3 events in 2 groups: ${out}\n`);
    const rows = readFileSync(out, "utf8")
      .trim()
      .split("\n")
      .map((row) => row.split(","));
    expect(rows[0]).toEqual(["index", "t", "group_id", "root", "rule", "reason"]);
    expect(rows[1]?.[2]).toBe(rows[2]?.[2]);
    expect(rows.slice(1).map((row) => row[3])).toEqual(["true", "false", "true"]);
  });

  it.each([
    ["not json", "is not JSON"],
    ['{"t":"soon","labels":{}}', "`t`"],
  ])("names the line that is wrong: %s", async (bad, message) => {
    const result = await run("group", "--input", write("bad.jsonl", `${line(0, "A")}\n${bad}\n`));
    expect([result.code, result.err]).toEqual([2, expect.stringContaining("bad.jsonl:2")]);
    expect(result.err).toContain(message);
  });

  it("says that a file is missing, or is no gzip", async () => {
    expect((await run("group", "--input", join(folder, "none.jsonl"))).err).toContain("cannot be read (ENOENT)");
    expect((await run("group", "--input", write("fake.jsonl.gz", "plain"))).err).toContain("cannot be read");
  });
});

describe("cmswatch runbooks", () => {
  it("finds nothing to fix in its own", async () => {
    const result = await run("runbooks", "lint");
    expect([result.code, result.out]).toEqual([0, expect.stringContaining("0 problems")]);
  });

  it("names rules without a runbook and exits with 1", async () => {
    const rules = write(
      "rules.yaml",
      "groups: [{name: g, rules: [{alert: KubernetesNodeReady}, {alert: Nobody knows, labels: {severity: high}}]}]",
    );
    const result = await run("runbooks", "lint", "--rules", rules);
    expect([result.code, result.out]).toEqual([
      1,
      expect.stringContaining("Nobody knows: no runbook names this alert"),
    ]);
  });

  it("refuses a file that holds no rules", async () => {
    expect((await run("runbooks", "lint", "--rules", write("x.yaml", "a: 1"))).err).toContain(
      "holds no alerting rules",
    );
  });

  it("finds by name and labels, or says that nothing is near", async () => {
    expect((await run("runbooks", "find", "KubernetesNodeReady")).out).toContain(
      "A node of the cluster is down (named for it)",
    );
    const anomaly = await run(
      "runbooks",
      "find",
      "CMSWebAnomaly",
      "--label",
      "service=dbs",
      "class=availability",
      "--json",
    );
    expect(JSON.parse(anomaly.out).id).toBe("dbs-down");
    expect((await run("runbooks", "find", "zwiebel")).code).toBe(1);
  });
});
