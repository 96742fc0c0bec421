import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { hasProgram } from "../real/prometheus-server.ts";
import { installedCopy, readDeploy, run } from "./support.ts";

const copy = installedCopy();
afterAll(() => rmSync(copy, { recursive: true, force: true }));
const missing = (program: string) => (hasProgram(program) ? "" : ` (${program} is not installed)`);

describe.skipIf(!hasProgram("amtool"))(`deploy/alertmanager${missing("amtool")}`, () => {
  const file = join(copy, "alertmanager/alertmanager.yml");

  it("is a configuration that Alertmanager accepts", () => {
    expect(run("amtool", ["check-config", file])).toMatchObject({ code: 0 });
  });

  const route = (...labels: string[]) =>
    run("amtool", ["config", "routes", "test", `--config.file=${file}`, ...labels])
      .said.split("\n")
      .find((line) => !line.startsWith("Warning:"));

  it("brings everything to cmswatch, and what is wrong with cmswatch itself to people as well", () => {
    expect(route("alertname=DBSDown", "service=dbs", "severity=high")).toBe("cmswatch");
    expect(route("alertname=ggus-1", "service=GGUS", "severity=ticket")).toBe("cmswatch");
    expect(route("alertname=CmswatchDown", "service=cmswatch")).toContain("cmswatch-itself");
  });
});

describe.skipIf(!hasProgram("promtool"))(`deploy/prometheus${missing("promtool")}`, () => {
  it("is a configuration that Prometheus accepts, its rules too", () => {
    const { code, said } = run("promtool", ["check", "config", join(copy, "prometheus/prometheus.yml")]);
    expect({ code, said }).toMatchObject({ code: 0 });
    expect(said).toContain("1 rule files found");
  });

  it("has rules without lint", () => {
    const file = join(copy, "prometheus/rules/cmswatch.yml");
    expect(run("promtool", ["check", "rules", "--lint-fatal", file])).toMatchObject({ code: 0 });
  });

  it("alerts when it should and not before", () => {
    const tests = readFileSync(join(import.meta.dirname, "rules.test.yml"), "utf8");
    const file = join(copy, "rules.test.yml");
    writeFileSync(file, tests.replace("RULES", join(copy, "prometheus/rules/cmswatch.yml")));
    expect(run("promtool", ["test", "rules", file])).toMatchObject({ code: 0 });
  });
});

describe("alerts about cmswatch", () => {
  it("say what to do", () => {
    const text = readDeploy("prometheus/rules/cmswatch.yml");
    expect(text.match(/- alert:/g)?.length).toBe(text.match(/^\s+action:/gm)?.length);
  });
});
