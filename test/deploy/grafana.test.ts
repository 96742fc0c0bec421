import { describe, expect, it } from "vitest";
import { z } from "zod";
import { readDeploy, readYaml } from "./support.ts";

const DASHBOARD = "grafana/dashboards/cmswatch.json";

/** Keys of Grafana's provisioning files (its documentation, "Provision Grafana"), those that are used here. */
const datasources = z.strictObject({
  apiVersion: z.literal(1),
  datasources: z.array(
    z.strictObject({
      name: z.string().min(1),
      uid: z.string().regex(/^[\w-]{1,40}$/),
      type: z.enum(["prometheus", "alertmanager"]),
      access: z.enum(["proxy", "direct"]),
      url: z.string().regex(/^http:\/\/\w+:\d+$/),
      isDefault: z.boolean().optional(),
      jsonData: z
        .strictObject({
          timeInterval: z
            .string()
            .regex(/^\d+s$/)
            .optional(),
          implementation: z.enum(["prometheus", "cortex", "mimir"]).optional(),
        })
        .optional(),
    }),
  ),
});
const providers = z.strictObject({
  apiVersion: z.literal(1),
  providers: z.array(
    z.strictObject({
      name: z.string().min(1),
      orgId: z.int().optional(),
      folder: z.string().optional(),
      type: z.literal("file"),
      disableDeletion: z.boolean().optional(),
      allowUiUpdates: z.boolean().optional(),
      updateIntervalSeconds: z.int().positive().optional(),
      options: z.strictObject({ path: z.string(), foldersFromFilesStructure: z.boolean().optional() }),
    }),
  ),
});
interface Compose {
  readonly services: { readonly grafana: { readonly volumes: readonly string[]; readonly environment: object } };
}
interface Panel {
  readonly datasource?: { readonly type: string; readonly uid: string };
  readonly targets?: readonly { readonly datasource?: { readonly type: string; readonly uid: string } }[];
}

describe("deploy/grafana", () => {
  const { grafana } = readYaml<Compose>("compose.yaml").services;
  const sources = datasources.parse(readYaml("grafana/provisioning/datasources/prometheus.yaml")).datasources;
  const [provider] = providers.parse(readYaml("grafana/provisioning/dashboards/cmswatch.yaml")).providers;

  it("has data sources of which one is the default, each with its own name and id", () => {
    expect(sources.filter(({ isDefault }) => isDefault === true).map(({ type }) => type)).toEqual(["prometheus"]);
    expect(new Set(sources.flatMap(({ name, uid }) => [name, uid])).size).toBe(2 * sources.length);
  });

  it("finds provisioning and dashboards where compose.yaml mounts them", () => {
    const mounted = new Map(grafana.volumes.map((volume) => volume.split(":").slice(0, 2) as [string, string]));
    expect(mounted.get("./grafana/provisioning")).toBe("/etc/grafana/provisioning");
    expect(mounted.get("./grafana/dashboards")).toBe(provider?.options.path);
    expect(grafana.environment).toMatchObject({
      GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH: `${provider?.options.path}/cmswatch.json`,
    });
  });

  it("has a dashboard whose panels ask the data source that its reader chooses", () => {
    const dashboard = JSON.parse(readDeploy(DASHBOARD)) as {
      readonly uid: string;
      readonly panels: readonly Panel[];
      readonly templating: { readonly list: readonly { name: string; type: string; query: string }[] };
    };
    expect(dashboard.templating.list).toContainEqual(
      expect.objectContaining({ name: "datasource", type: "datasource", query: "prometheus" }),
    );
    const asked = dashboard.panels.flatMap(({ datasource, targets }) => [
      datasource,
      ...(targets ?? []).map((target) => target.datasource),
    ]);
    expect(new Set(asked.flatMap((one) => one?.uid ?? []))).toEqual(new Set([`\${datasource}`]));
  });

  it("would be found out: a slip in a key", () => {
    const slip = {
      apiVersion: 1,
      providers: [{ name: "x", type: "file", options: { path: "/x" }, disableDeletoin: true }],
    };
    expect(providers.safeParse(slip).success).toBe(false);
  });
});
