import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finished } from "node:stream/promises";

/** A metrics server started for a test. */
export interface MetricsServer {
  readonly url: string;
  /** Stops it by its process id and deletes its data. */
  stop(): Promise<void>;
}

/** True when the program is on the path; a test that needs a missing one is skipped and says so. */
export function hasProgram(name: string): boolean {
  return spawnSync("which", [name], { stdio: "ignore" }).status === 0;
}

/** Starts the real Prometheus on a free loopback port. `history` is OpenMetrics text with timestamps, made into blocks. */
export async function startPrometheus(options: {
  history?: Iterable<string>;
  scrapeConfigs?: readonly Readonly<Record<string, unknown>>[];
}): Promise<MetricsServer> {
  const folder = mkdtempSync(join(tmpdir(), "cmswatch-prometheus-"));
  const data = join(folder, "data");
  mkdirSync(data);
  if (options.history !== undefined) {
    const file = join(folder, "history.om");
    await writeText(file, options.history);
    execFileSync("promtool", ["tsdb", "create-blocks-from", "openmetrics", "-q", file, data], { stdio: "pipe" });
  }
  const config = join(folder, "prometheus.yml");
  // JSON is YAML.
  writeFileSync(config, JSON.stringify({ scrape_configs: options.scrapeConfigs ?? [] }));
  const port = await freePort();
  const process = spawn(
    "prometheus",
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${data}`,
      "--storage.tsdb.retention.time=10y",
      `--web.listen-address=127.0.0.1:${port}`,
      "--web.enable-lifecycle",
      "--log.level=warn",
    ],
    { stdio: "ignore" },
  );
  return ready(process, folder, `http://127.0.0.1:${port}`, "/-/ready");
}

/** Starts the real VictoriaMetrics on a free loopback port and imports the history, if any. */
export async function startVictoriaMetrics(options: { history?: Iterable<string> }): Promise<MetricsServer> {
  const folder = mkdtempSync(join(tmpdir(), "cmswatch-victoria-"));
  const port = await freePort();
  const process = spawn(
    "victoria-metrics",
    [
      `-storageDataPath=${join(folder, "data")}`,
      `-httpListenAddr=127.0.0.1:${port}`,
      "-retentionPeriod=100y",
      "-search.latencyOffset=0s",
      "-search.disableCache",
    ],
    { stdio: "ignore" },
  );
  const server = await ready(process, folder, `http://127.0.0.1:${port}`, "/health");
  if (options.history !== undefined) {
    await importHistory(server.url, options.history);
  }
  return server;
}

/** VictoriaMetrics reads the text format with timestamps in milliseconds. */
async function importHistory(url: string, history: Iterable<string>): Promise<void> {
  let text = "";
  const send = async () => {
    const body = text.replace(/ (\d+(?:\.\d+)?)$/gm, (_, seconds: string) => ` ${Math.round(Number(seconds) * 1000)}`);
    const response = await fetch(`${url}/api/v1/import/prometheus`, { method: "POST", body });
    if (!response.ok) {
      throw new Error(`VictoriaMetrics refused the history: ${response.status} ${await response.text()}`);
    }
    text = "";
  };
  for (const piece of history) {
    text += piece.startsWith("#") ? "" : piece;
    if (text.length > 4_000_000) {
      await send();
    }
  }
  await send();
  await fetch(`${url}/internal/force_flush`);
}

async function ready(process: ChildProcess, folder: string, url: string, path: string): Promise<MetricsServer> {
  const stop = async () => {
    if (process.exitCode === null && process.signalCode === null) {
      const exit = once(process, "exit");
      process.kill("SIGTERM");
      await exit;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  for (let attempt = 0; attempt < 300; attempt++) {
    if (process.exitCode !== null) {
      break;
    }
    const answer = await fetch(`${url}${path}`).catch(() => null);
    if (answer?.ok === true) {
      return { url, stop };
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await stop();
  throw new Error(`${process.spawnfile} did not become ready at ${url}`);
}

async function writeText(file: string, pieces: Iterable<string>): Promise<void> {
  const stream = createWriteStream(file);
  for (const piece of pieces) {
    if (!stream.write(piece)) {
      await once(stream, "drain");
    }
  }
  stream.end();
  await finished(stream);
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}
