import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Labels } from "../../alert/alert.ts";
import type { Clock } from "../../alert/clock.ts";
import { createExposition, type Family } from "./families.ts";
import type { Simulation } from "./simulation.ts";

/** A running exporter. */
export interface Exporter {
  /** Where Prometheus scrapes it: `http://127.0.0.1:<port>/metrics`. */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Serves the simulated CMSWEB as a Prometheus exporter. @param port 0 for any free one · @param host loopback unless said */
export async function startExporter(
  simulation: Simulation,
  clock: Clock,
  port = 0,
  host = "127.0.0.1",
): Promise<Exporter> {
  const exposition = createExposition(simulation, clock().getTime() / 1000);
  const server = createServer((request, response) => {
    if (request.method !== "GET" || request.url?.split("?")[0] !== "/metrics") {
      response.writeHead(404).end("see /metrics\n");
      return;
    }
    response.writeHead(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" });
    response.end(toText(exposition.at(clock().getTime() / 1000)));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  return {
    url: `http://${host}:${bound}/metrics`,
    port: bound,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The families in Prometheus's text format 0.0.4. */
export function toText(families: readonly Family[]): string {
  return families
    .map(({ name, type, help, samples }) => {
      const lines = samples.map(({ labels, value }) => `${name}${formatLabels(labels)} ${value}\n`);
      return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
    })
    .join("");
}

export function formatLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}
