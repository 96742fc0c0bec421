import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "../../alert/clock.ts";
import { toText } from "./exposition.ts";
import { createExposition } from "./families.ts";
import type { Simulation } from "./simulation.ts";

/** A running exporter. */
export interface Exporter {
  /** Where Prometheus scrapes it: `http://127.0.0.1:<port>/metrics`. */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Serves the simulated CMSWEB as a Prometheus exporter on loopback. @param port 0 for any free one */
export async function startExporter(simulation: Simulation, clock: Clock, port = 0): Promise<Exporter> {
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
    server.listen(port, "127.0.0.1", resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${bound}/metrics`,
    port: bound,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
