import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { loadSchedule } from "../../src/oncall/load.ts";
import { hasProgram } from "../real/prometheus-server.ts";
import { CHECKOUT, DEPLOY, installedCopy, readDeploy, readYaml, run } from "./support.ts";

interface Kustomization {
  readonly resources: readonly string[];
  readonly configMapGenerator: readonly { readonly name: string; readonly files: readonly string[] }[];
  readonly images: readonly { readonly name: string; readonly newTag: string }[];
}
interface Rule {
  readonly from?: readonly { readonly podSelector?: object }[];
  readonly to?: readonly { readonly podSelector?: object }[];
  readonly ports: readonly { readonly port: number }[];
}
interface NetworkPolicy {
  readonly spec: { readonly ingress: readonly Rule[]; readonly egress: readonly Rule[] };
}
interface Container {
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly resources: Readonly<Record<"requests" | "limits", Readonly<Record<string, string>>>>;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
  readonly livenessProbe: { readonly httpGet: { readonly path: string } };
  readonly readinessProbe: { readonly httpGet: { readonly path: string } };
}
interface Deployment {
  readonly spec: {
    readonly replicas: number;
    readonly strategy: { readonly rollingUpdate: object };
    readonly template: {
      readonly spec: {
        readonly securityContext: Readonly<Record<string, unknown>>;
        readonly containers: readonly Container[];
        readonly volumes: readonly { readonly name: string; readonly secret?: { readonly secretName: string } }[];
      };
    };
  };
}
interface Compose {
  readonly services: Readonly<
    Record<string, { readonly image: string; readonly volumes?: readonly string[]; readonly ports?: readonly string[] }>
  >;
}

const { version } = JSON.parse(readFileSync(join(CHECKOUT, "package.json"), "utf8")) as { version: string };
const copy = installedCopy();
afterAll(() => rmSync(copy, { recursive: true, force: true }));

describe("deploy/kubernetes", () => {
  const kustomization = readYaml<Kustomization>("kubernetes/kustomization.yaml");
  const { spec } = readYaml<Deployment>("kubernetes/deployment.yaml").spec.template;
  const container = spec.containers[0] as Container;

  it("names only files that exist", () => {
    const named = [...kustomization.resources, ...kustomization.configMapGenerator.flatMap(({ files }) => files)];
    expect(named.filter((file) => !existsSync(join(DEPLOY, "kubernetes", file)))).toEqual([]);
  });

  it("runs without rights it does not need, within limits", () => {
    expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    expect(Object.keys(container.resources.limits)).toEqual(["cpu", "memory"]);
  });

  it("mounts what it names, and asks paths that cmswatch answers without a token", () => {
    const volumes = spec.volumes.map(({ name }) => name);
    expect(container.volumeMounts.filter(({ name }) => !volumes.includes(name))).toEqual([]);
    expect([container.livenessProbe, container.readinessProbe].map(({ httpGet }) => httpGet.path)).toEqual([
      "/healthz",
      "/readyz",
    ]);
  });

  it("lets requests reach every replica, also from one that stands by, and one of two may always be drained", () => {
    const ports = container.ports.map(({ containerPort }) => containerPort);
    const service = readYaml<{ spec: { ports: readonly { targetPort: string }[] } }>("kubernetes/service.yaml").spec;
    expect(service.ports.map(({ targetPort }) => targetPort)).toEqual(container.ports.map(({ name }) => name));
    const { ingress, egress } = readYaml<NetworkPolicy>("kubernetes/networkpolicy.yaml").spec;
    const own = (rules: readonly Rule[]) =>
      rules
        .filter(({ from, to }) => [...(from ?? []), ...(to ?? [])].some(({ podSelector }) => podSelector !== undefined))
        .flatMap((rule) => rule.ports.map(({ port }) => port));
    expect([own(ingress), own(egress)]).toEqual([ports, ports]);
    const { replicas, strategy } = readYaml<Deployment>("kubernetes/deployment.yaml").spec;
    expect(strategy.rollingUpdate).toEqual({ maxSurge: 1, maxUnavailable: 0 });
    const budget = readYaml<{ spec: { minAvailable: number } }>("kubernetes/poddisruptionbudget.yaml").spec;
    expect(budget.minAvailable).toBe(replicas - 1);
  });

  it("holds no secret, only its name", () => {
    expect(spec.volumes.find(({ secret }) => secret !== undefined)?.secret?.secretName).toBe("cmswatch");
    expect(readDeploy("kubernetes/deployment.yaml")).not.toMatch(/xox[bap]-/);
  });

  it("has a configuration and rosters that cmswatch accepts, on PostgreSQL for its replicas", () => {
    const config = loadConfig(join(copy, "kubernetes/config/cmswatch.yaml"), {});
    expect(config.store).toMatchObject({ password: "a-secret-of-the-test-0123456789" });
    expect(config.store.url).toMatch(/^postgres:/);
    expect(readYaml<Deployment>("kubernetes/deployment.yaml").spec.replicas).toBeGreaterThan(1);
    expect(config.web.tokens).toMatchObject([{ name: "monitoring", token: "a-secret-of-the-test-0123456789" }]);
    expect(loadSchedule(config.oncall ?? "", null).rosters.map(({ name }) => name)).toEqual(["cmsweb"]);
  });
});

describe("deploy/compose.yaml", () => {
  const { services } = readYaml<Compose>("compose.yaml");

  it("mounts only files and folders that exist", () => {
    const sources = Object.values(services)
      .flatMap(({ volumes }) => volumes ?? [])
      .map((volume) => volume.split(":")[0] ?? "")
      .filter((source) => source.startsWith("."));
    expect(sources.length).toBeGreaterThan(4);
    expect(sources.filter((source) => !existsSync(join(DEPLOY, source)))).toEqual([]);
  });

  it("listens on this machine only, and pins every image", () => {
    const all = Object.values(services);
    expect(all.flatMap(({ ports }) => ports ?? []).filter((port) => !port.startsWith("127.0.0.1:"))).toEqual([]);
    expect(all.filter(({ image }) => !/:v?\d+\.\d+/.test(image))).toEqual([]);
  });

  it("has a configuration that cmswatch accepts", () => {
    const config = loadConfig(join(copy, "config/cmswatch.yaml"), {});
    expect([config.alertmanager.urls].flat().map(String)).toEqual(["http://alertmanager:9093"]);
    expect(config.web.tokens).toMatchObject([{ name: "compose", role: "admin" }]);
  });

  it("points its servers at each other by the names that it gives them", () => {
    const files = [
      "config/cmswatch.yaml",
      "prometheus/prometheus.yml",
      "alertmanager/alertmanager.yml",
      "karma/karma.yaml",
    ];
    const hosts = [...files, "grafana/provisioning/datasources/prometheus.yaml"].flatMap((file) =>
      [...readDeploy(file).matchAll(/^[^#]*?(?:http:\/\/|\[)([a-z]+):\d+/gm)].map(([, host = ""]) => host),
    );
    expect(hosts.length).toBeGreaterThan(5);
    expect(hosts.filter((host) => !(host in services))).toEqual([]);
  });
});

describe("the image", () => {
  it("has the version of the package wherever it is named", () => {
    expect(readYaml<Kustomization>("kubernetes/kustomization.yaml").images[0]?.newTag).toBe(version);
    expect(readYaml<Compose>("compose.yaml").services["cmswatch"]?.image).toBe(`cmswatch:${version}`);
  });

  it("runs as nobody in particular, has a font for pictures, and a health check", () => {
    const text = readDeploy("Dockerfile");
    expect(text).toMatch(/^USER 1000:1000$/m);
    expect(text).toContain("fonts-dejavu-core");
    expect(text).toMatch(/^HEALTHCHECK /m);
  });
});

describe.skipIf(!hasProgram("systemd-analyze"))("deploy/systemd", () => {
  const unit = join(copy, "systemd/cmswatch.service");
  const program = join(dirname(unit), "cmswatch");

  it("is a unit that systemd accepts", () => {
    writeFileSync(program, "#!/bin/sh\n", { mode: 0o755 });
    writeFileSync(unit, readFileSync(unit, "utf8").replaceAll("/usr/local/bin/cmswatch", program));
    expect(run("systemd-analyze", ["verify", "--man=no", unit])).toEqual({ code: 0, said: "" });
  });

  it("leaves little to whoever breaks in (systemd-analyze security)", () => {
    const { code, said } = run("systemd-analyze", ["security", "--offline=true", "--threshold=25", unit]);
    expect({ code, said: code === 0 ? "" : said }).toEqual({ code: 0, said: "" });
  });
});
