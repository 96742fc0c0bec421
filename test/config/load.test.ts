import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { environmentName, leafPaths, loadConfig } from "../../src/config/load.ts";
import { configSchema } from "../../src/config/schema.ts";

const folder = mkdtempSync(join(tmpdir(), "cmswatch-config-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(text: string): string {
  const path = join(folder, `${Math.random().toString(36).slice(2)}.yaml`);
  writeFileSync(path, text);
  return path;
}

describe("loadConfig", () => {
  it("runs on embedded parts without a file", () => {
    const config = loadConfig(null, {});
    expect([config.alertmanager.urls, config.prometheus.url]).toEqual(["embedded", "simulated"]);
    expect(config.prometheus.step).toBe(15_000);
  });

  it("takes one word for a part: embedded, simulated, or its address", () => {
    const embedded = loadConfig(file("alertmanager: embedded\nprometheus: simulated\n"), {});
    expect([embedded.alertmanager.urls, embedded.prometheus.url]).toEqual(["embedded", "simulated"]);
    const real = loadConfig(file("alertmanager: http://127.0.0.1:9093\nprometheus: http://127.0.0.1:9090\n"), {});
    expect([real.alertmanager.urls, real.prometheus.url].flat().map(String)).toEqual([
      "http://127.0.0.1:9093",
      "http://127.0.0.1:9090",
    ]);
  });

  it("names the file, the line and the nearest key for an unknown one", () => {
    const path = file("prometheus:\n  step: 15s\n  ulr: http://127.0.0.1:9090\n");
    expect(() => loadConfig(path, {})).toThrow(`${path}:3: unknown key \`prometheus.ulr\` — did you mean \`url\`?`);
  });

  it("names the key and line of a wrong value", () => {
    const path = file("web:\n  listen: 127.0.0.1:80\nprometheus:\n  step: fast\n");
    expect(() => loadConfig(path, {})).toThrow(
      `${path}:4: \`prometheus.step\` is not a duration: write it like 15s, 5m or 7d`,
    );
  });

  it("says what is missing", () => {
    const path = file("detect:\n  entities:\n    - name: dbs\n      metrics: {cpu: up}\n");
    expect(() => loadConfig(path, {})).toThrow("`detect.entities.0.service` is missing");
  });

  it("names the line of broken YAML", () => {
    const path = file("web: [\n");
    expect(() => loadConfig(path, {})).toThrow(new RegExp(`${path}:\\d+: `));
  });

  it("refuses a list where a mapping belongs, and a file that is not there", () => {
    expect(() => loadConfig(file("- a\n"), {})).toThrow("is not a mapping");
    expect(() => loadConfig(join(folder, "none.yaml"), {})).toThrow("cannot be read (ENOENT)");
  });

  it("lets the environment win over the file and names the variable of a wrong value", () => {
    const path = file("alertmanager:\n  urls: [http://127.0.0.1:9093]\n");
    const urls = "http://127.0.0.1:1, http://127.0.0.1:2";
    expect([loadConfig(path, { CMSWATCH_ALERTMANAGER_URLS: urls }).alertmanager.urls].flat().map(String)).toEqual([
      "http://127.0.0.1:1",
      "http://127.0.0.1:2",
    ]);
    expect(loadConfig(path, { CMSWATCH_ALERTMANAGER_URLS: "embedded" }).alertmanager.urls).toBe("embedded");
    expect(() => loadConfig(path, { CMSWATCH_DETECT_BACKEND: "gpu" })).toThrow(
      "environment variable CMSWATCH_DETECT_BACKEND",
    );
  });

  it("reads a secret from its file, keeps digits as text, and never shows it in an error", () => {
    const secret = join(folder, "token");
    writeFileSync(secret, "123456\n");
    expect(loadConfig(file(`slack:\n  botTokenFile: ${secret}\n`), {}).slack.botToken).toBe("123456");
    expect(loadConfig(null, { CMSWATCH_SLACK_BOT_TOKEN: "123456" }).slack.botToken).toBe("123456");
    expect(() => loadConfig(file("slack:\n  botTokenFile: /nowhere\n"), {})).toThrow(
      "botTokenFile names /nowhere, which cannot be read",
    );
  });

  it("reads paths relative to the file", () => {
    expect(loadConfig(file("store:\n  url: ./data\n"), {}).store.url).toBe(join(folder, "data"));
    expect(loadConfig(file("store:\n  url: postgres://localhost/x\n"), {}).store.url).toBe("postgres://localhost/x");
    expect(loadConfig(file("tickets: { ggus: { file: open.csv } }\n"), {}).tickets.ggus?.file).toBe(
      join(folder, "open.csv"),
    );
  });

  it("bounds what aliases may expand to", () => {
    const bomb =
      "a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: [*c, *c, *c]\n";
    expect(() => loadConfig(file(bomb), {})).toThrow(/alias/i);
  });
});

describe("environment variables", () => {
  it("have one name per key", () => {
    const names = leafPaths(configSchema).map(environmentName);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain("CMSWATCH_ALERTMANAGER_URLS");
  });
});
