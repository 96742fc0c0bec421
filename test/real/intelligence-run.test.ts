import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../../src/cli.ts";
import { openStore } from "../../src/store/open.ts";
import { clientOf } from "../alertmanager/clients.ts";
import { startGrafana } from "../grafana/stand-in.ts";
import { feedback } from "../store/samples.ts";
import { installedAlertmanager, type RealAlertmanager, startAlertmanager } from "./alertmanager-server.ts";

const program = installedAlertmanager();

describe.skipIf(program.path === null)(`cmswatch intelligence run on a real Alertmanager ${program.name}`, () => {
  const folder = mkdtempSync(join(tmpdir(), "cmswatch-run-"));
  const config = join(folder, "cmswatch.yaml");
  let server: RealAlertmanager;
  let grafana: Awaited<ReturnType<typeof startGrafana>>;

  beforeAll(async () => {
    server = await startAlertmanager(program.path ?? "", { resolveTimeout: "30m" });
    grafana = await startGrafana({ dashboards: [{ id: 1, uid: "aaa", title: "CMSWEB", tags: ["cmsweb"] }] });
    const lines = [
      `alertmanager: { urls: ["${server.url}"] }`,
      `grafana: { url: "${grafana.url}", token: secret }`,
      "store: { url: ./store }",
      "intelligence: { enrich: copy }",
    ];
    writeFileSync(config, lines.join("\n"));
  });
  afterAll(async () => {
    await server.remove();
    await grafana.stop();
  });

  async function run(...flags: readonly string[]) {
    const seen = { out: "", code: 0 };
    await runCli(
      ["intelligence", "run", "--config", config, "--once", "--json", ...flags],
      {
        out: (text) => {
          seen.out += text;
        },
        err: (text) => {
          seen.out += text;
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
    return { ...seen, json: JSON.parse(seen.out) };
  }

  it("writes nothing on a dry run, then ranks, copies, silences and annotates once", async () => {
    const alertmanager = clientOf([server.url]);
    const startsAt = new Date(Date.now() - 60_000);
    const endsAt = new Date(Date.now() + 3_600_000);
    const labels = { alertname: "ssb-OTG1", service: "SSB", severity: "notification", tag: "monitoring" };
    await alertmanager.post([{ labels, annotations: { shortDescription: "Network intervention" }, startsAt, endsAt }]);

    const dry = await run("--dry-run");
    expect([dry.code, dry.json.copies.counts.made, dry.json.annotations.length]).toEqual([0, 1, 1]);
    expect([
      (await alertmanager.alerts()).length,
      await alertmanager.silences(),
      grafana.stored,
      existsSync(join(folder, "store")),
    ]).toEqual([1, [], [], false]);

    const real = await run();
    expect([real.code, real.json.faults]).toEqual([0, []]);
    const shown = await alertmanager.alerts({ silenced: false });
    expect(shown.map((alert) => alert.labels["severity"])).toEqual(["warning"]);
    expect(grafana.stored.map((entry) => entry.tags.slice(0, 2))).toEqual([["cmsmon-int", "ssb-OTG1"]]);

    const again = await run();
    expect([again.json.copies.counts, again.json.annotations]).toEqual([
      { made: 0, refreshed: 0, resolved: 0, kept: 1 },
      [],
    ]);
    expect((await alertmanager.silences()).length).toBe(1);
  });

  it("takes a person's word on a severity, as the service does", async () => {
    await clientOf([server.url]).post([
      {
        labels: { alertname: "QueueGrows", service: "crabserver", severity: "warning" },
        annotations: { summary: "The queue of tasks grows" },
        startsAt: new Date(Date.now() - 60_000),
        endsAt: null,
      },
    ]);
    const store = await openStore({ url: join(folder, "store") });
    const details = { alertname: "QueueGrows", service: "crabserver", severity: "critical" };
    await store.feedback.save(feedback("word", { kind: "wrong-severity", subject: "QueueGrows", details }));
    await store.close();

    const { json } = await run("--dry-run");
    const group = json.groups.find(({ title }: { title: string }) => title.includes("QueueGrows"));
    expect([group?.severity, group?.reasons.join("\n")]).toEqual([
      "critical",
      expect.stringContaining("ada said on 2026-"),
    ]);
  });
});
