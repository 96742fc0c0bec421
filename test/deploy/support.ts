import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, parseAllDocuments } from "yaml";

/** The folder deploy/ of this checkout. */
export const DEPLOY = join(import.meta.dirname, "../../deploy");
export const CHECKOUT = join(DEPLOY, "..");

/** All YAML files below a folder of deploy/, relative to deploy/. */
export function yamlFiles(folder = "."): readonly string[] {
  return readdirSync(join(DEPLOY, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name) => join(folder, name))
    .sort();
}

export function readDeploy(file: string): string {
  return readFileSync(join(DEPLOY, file), "utf8");
}

/** One YAML document; `any` shape, as only the tests look into it. */
export function readYaml<T>(file: string): T {
  return parse(readDeploy(file), { merge: true }) as T;
}

/** Kubernetes objects of a file. */
export function readObjects(file: string): readonly KubernetesObject[] {
  return parseAllDocuments(readDeploy(file)).map((document) => document.toJS() as KubernetesObject);
}

export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

/** A program's exit code and what it said. */
export function run(program: string, args: readonly string[], input = ""): { code: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8", input });
  return { code: status, said: `${stdout}${stderr}` };
}

/**
 * A copy of deploy/ in which secrets are files that exist, so that programs can check the configuration as it would be in a
 * container. @returns the copy's folder
 */
export function installedCopy(): string {
  const folder = mkdtempSync(join(tmpdir(), "cmswatch-deploy-"));
  cpSync(DEPLOY, folder, { recursive: true });
  const secrets = join(folder, "run-secrets");
  for (const name of SECRETS) {
    mkdirSync(join(secrets, name, ".."), { recursive: true });
    writeFileSync(join(secrets, name), "a-secret-of-the-test-0123456789\n");
  }
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((one) => /\.ya?ml$/.test(one))) {
    const file = join(folder, name);
    writeFileSync(file, readFileSync(file, "utf8").replaceAll("/run/secrets", secrets));
  }
  return folder;
}

const SECRETS = [
  "cmswatch-token",
  "grafana-password",
  "cmswatch/web-token",
  "cmswatch/postgres-password",
  "cmswatch/slack-bot-token",
  "cmswatch/slack-app-token",
  "cmswatch/helpdesk-token",
];
