import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { packagedProgram } from "./alertmanager-package.ts";

const START_TIMEOUT = 20_000;
const STOP_TIMEOUT = 10_000;

/** An Alertmanager that tests may start. */
export interface AlertmanagerProgram {
  /** Its version, e.g. `0.25.0`, or what was looked for. */
  readonly name: string;
  /** Null where it is missing: tests are skipped and say why. */
  readonly path: string | null;
  readonly why: string;
}

export interface RealAlertmanager {
  /** Base address, on loopback. */
  readonly url: string;
  readonly pid: number;
  /** Ends the process; its storage stays until `remove`. Silences survive, alerts do not, as in production. */
  stop(): Promise<void>;
  /** Starts it again on the same port and storage. */
  restart(): Promise<void>;
  /** Ends it and deletes its storage. */
  remove(): Promise<void>;
}

export interface RealOptions {
  /** `global.resolve_timeout`, e.g. `5m` (the default). */
  readonly resolveTimeout?: string;
  readonly groupBy?: readonly string[];
  /** Further arguments, e.g. `--cluster.peer=…`. Without a cluster address the cluster is off. */
  readonly args?: readonly string[];
  /** An address that is told of alerts. */
  readonly webhook?: string;
}

/** The Alertmanager that is installed (Debian 12: 0.25) and Debian 13's (0.28.1), each once. */
export function alertmanagerPrograms(): readonly AlertmanagerProgram[] {
  return [installedAlertmanager(), newerAlertmanager()];
}

/** The one that is installed, by either of its names. */
export function installedAlertmanager(): AlertmanagerProgram {
  const path = findOnPath("prometheus-alertmanager") ?? findOnPath("alertmanager");
  return path === null
    ? { name: "installed", path, why: "no prometheus-alertmanager or alertmanager is installed" }
    : { name: versionOf(path), path, why: "" };
}

/** The version that CMS runs, out of Debian 13's package. */
function newerAlertmanager(): AlertmanagerProgram {
  const found = packagedProgram("prometheus-alertmanager", "prometheus-alertmanager");
  return "path" in found
    ? { name: versionOf(found.path), path: found.path, why: "" }
    : { name: "0.28.1", path: null, why: found.missing };
}

/** Starts a real Alertmanager on a free loopback port with storage of its own. @throws when it does not get ready */
export async function startAlertmanager(path: string, options: RealOptions = {}): Promise<RealAlertmanager> {
  const folder = mkdtempSync(join(tmpdir(), "cmswatch-alertmanager-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  writeFileSync(join(folder, "alertmanager.yml"), configuration(options));
  const args = [
    `--config.file=${join(folder, "alertmanager.yml")}`,
    `--storage.path=${join(folder, "data")}`,
    `--web.listen-address=127.0.0.1:${port}`,
    ...(options.args ?? ["--cluster.listen-address="]),
  ];
  let child = await launch(path, args, url);
  return {
    url,
    get pid() {
      return child.pid ?? -1;
    },
    stop: () => end(child),
    async restart() {
      await end(child);
      child = await launch(path, args, url);
    },
    async remove() {
      await end(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function configuration(options: RealOptions): string {
  const groupBy = JSON.stringify(options.groupBy ?? ["alertname"]);
  const webhook =
    options.webhook === undefined ? "" : `\n    webhook_configs: [{ url: "${options.webhook}", send_resolved: true }]`;
  return `global: { resolve_timeout: ${options.resolveTimeout ?? "5m"} }
route: { receiver: default, group_by: ${groupBy}, group_wait: 1s, group_interval: 1s }
receivers:
  - name: default${webhook}
`;
}

async function launch(path: string, args: readonly string[], url: string): Promise<ChildProcess> {
  const child = spawn(path, args, { stdio: ["ignore", "ignore", "pipe"] });
  let output = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-2000);
  });
  const deadline = Date.now() + START_TIMEOUT;
  while (child.exitCode === null && Date.now() < deadline) {
    const isReady = await fetch(`${url}/-/ready`).then(
      (response) => response.ok,
      () => false,
    );
    if (isReady) {
      return child;
    }
    await sleep(50);
  }
  child.kill("SIGKILL");
  throw new Error(`${path} did not get ready on ${url}: ${output}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  const exited = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const hard = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT);
  await exited;
  clearTimeout(hard);
}

function versionOf(path: string): string {
  const text = execFileSync(path, ["--version"], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  return /version (\d+\.\d+\.\d+)/.exec(text)?.[1] ?? "unknown version";
}

function findOnPath(program: string): string | null {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path)) ?? null;
}
