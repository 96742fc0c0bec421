import { beforeAll, describe, expect, it } from "vitest";
import { hasProgram } from "../real/prometheus-server.ts";
import { NOW, ownMetrics } from "./own-metrics.ts";
import { readDeploy, readYaml, run } from "./support.ts";

interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[];
}
interface Dashboard {
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly gridPos: { readonly x: number; readonly w: number };
    readonly targets?: readonly { readonly expr: string }[];
  }[];
}

const WORDS = new Set(["and", "or", "unless", "bool", "offset", "inf", "nan"]);

/** Names of the metrics in an expression: words that are no functions, no keywords and no labels. */
function metricsIn(expression: string): readonly string[] {
  const bare = expression
    .replace(/"[^"]*"/g, "")
    .replace(/\{[^}]*\}|\[[^\]]*\]/g, "")
    .replace(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, "");
  return [...bare.matchAll(/(?<![\w.])([a-zA-Z_]\w*)(?!\w|\s*\()/g)]
    .map(([, name = ""]) => name)
    .filter((name) => !WORDS.has(name.toLowerCase()));
}

describe("cmswatch's own metrics", () => {
  let text = "";
  let names: ReadonlySet<string>;
  beforeAll(async () => {
    text = await ownMetrics();
    names = new Set(
      [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name = "", type]) =>
        type === "histogram" ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
      ),
    );
  });
  const lineOf = (series: string) => text.split("\n").find((line) => line.startsWith(`${series} `));

  it("tell how long pages took, what came of them by each way, and how long one is due", () => {
    expect(
      [
        'cmswatch_page_delay_seconds_bucket{le="1",way="slack"}',
        'cmswatch_page_delay_seconds_bucket{le="2",way="slack"}',
        'cmswatch_pages_total{way="slack",outcome="delivered"}',
        'cmswatch_pages_total{way="slack",outcome="failed"}',
        'cmswatch_pages_total{way="slack",outcome="seen"}',
        "cmswatch_page_due_seconds",
      ].map((series) => lineOf(series)?.split(" ").at(-1)),
    ).toEqual(["0", "1", "1", "1", "1", "600"]);
  });

  it("tell lag and outcome of loops, sources, stages and deliveries, and ages of data and models", () => {
    const at = NOW.getTime() / 1000;
    expect(
      [
        'cmswatch_loop_runs_total{loop="alerts"}',
        'cmswatch_loop_interval_seconds{loop="alerts"}',
        'cmswatch_loop_last_success_timestamp_seconds{loop="alerts"}',
        'cmswatch_source_up{source="alertmanager"}',
        'cmswatch_source_up{source="prometheus"}',
        'cmswatch_stage_failures_total{stage="severity"}',
        'cmswatch_stage_last_duration_seconds{stage="severity"}',
        'cmswatch_deliveries_total{to="slack",outcome="failed"}',
        'cmswatch_delivery_last_success_timestamp_seconds{to="slack"}',
        'cmswatch_data_timestamp_seconds{service="dbs"}',
        'cmswatch_model_trained_timestamp_seconds{service="dbs"}',
        'cmswatch_entities{state="ok"}',
      ].map((series) => lineOf(series)?.split(" ").at(-1)),
    ).toEqual(["1", "60", at, "1", "0", "1", "0.012", "1", at, at, at, "1"].map(String));
  });

  it("leave out what has never happened and what is switched off, instead of a zero that misleads", () => {
    expect(text).not.toContain('cmswatch_source_last_success_timestamp_seconds{source="prometheus"}');
    expect(text).not.toContain('source="slack"');
  });

  it("count once however often they are asked", async () => {
    expect(await ownMetrics()).toContain('cmswatch_deliveries_total{to="slack",outcome="failed"} 1');
  });

  it.skipIf(!hasProgram("promtool"))("follow Prometheus' naming (promtool check metrics)", () => {
    // Node's own collector names some of its gauges against the rules; they are not ours to rename.
    const own = text
      .split("\n")
      .filter((line) => /cmswatch_/.test(line))
      .join("\n");
    expect(run("promtool", ["check", "metrics"], `${own}\n`)).toEqual({ code: 0, said: "" });
  });

  it("are the only ones that alert rules use", () => {
    const rules = readYaml<Rules>("prometheus/rules/cmswatch.yml").groups.flatMap((group) => group.rules);
    expect(rules.length).toBeGreaterThan(8);
    const unknown = rules.flatMap(({ alert, expr }) =>
      metricsIn(expr)
        .filter((name) => name !== "up" && !names.has(name))
        .map((name) => `${alert}: ${name}`),
    );
    expect(unknown).toEqual([]);
  });

  it("are the only ones that the Grafana dashboard uses, and none of cmswatch's is forgotten there", () => {
    const { panels } = JSON.parse(readDeploy("grafana/dashboards/cmswatch.json")) as Dashboard;
    const used = panels.flatMap(({ targets }) => (targets ?? []).flatMap(({ expr }) => metricsIn(expr)));
    expect(used.filter((name) => name !== "up" && !names.has(name))).toEqual([]);
    const missing = [...names].filter((name) => /^cmswatch_/.test(name) && !/_(sum|count|seconds)$/.test(name));
    expect(missing.filter((name) => !used.includes(name))).toEqual([]);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(panels.filter(({ gridPos: { x, w } }) => x + w > 24)).toEqual([]);
  });

  it("finds names in expressions as a reader does", () => {
    expect(metricsIn('sum by (le) (rate(a_bucket{le="x"}[5m])) > 1 unless on() (time() - max(b) > 60)')).toEqual([
      "a_bucket",
      "b",
    ]);
  });
});
