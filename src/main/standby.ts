import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { Config } from "../config/schema.ts";
import { isAmong } from "../web/among.ts";
import { readListen } from "../web/web.ts";

const METRICS = "# HELP cmswatch_standby 1 while this replica waits for its turn.\n# TYPE cmswatch_standby gauge\n";
const PATIENCE = 30_000;

/** What a replica answers while another one works. */
export interface Standby {
  /** Who works now; null when that is not known. */
  leaderIs(address: string | null): void;
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Listens where the page would be: says that it lives, and passes everything else on to the replica that works, so that any
 * replica may be asked. The other one decides about access: it is told by headers that the request came through here, which
 * is never taken for somebody on its own machine.
 */
export async function startStandby(web: Config["web"]): Promise<Standby> {
  const { host, port } = readListen(web.listen);
  let leader: string | null = null;
  const server = createServer((incoming, answer) => {
    const path = incoming.url?.split("?")[0];
    if (path === "/healthz") {
      return sendJson(answer, 200, { status: "ok", role: "standby" });
    }
    if (path === "/metrics") {
      return answer
        .writeHead(200, { "content-type": "text/plain; version=0.0.4" })
        .end(`${METRICS}cmswatch_standby 1\n`);
    }
    if (leader === null) {
      const error = { what: "no replica works just now", hint: "one takes over within seconds; ask again" };
      return sendJson(answer, 503, { error });
    }
    return path === "/readyz"
      ? sendJson(answer, 200, { status: "ok", role: "standby" })
      : pass(incoming, answer, leader, web.proxy);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const bound = server.address();
  return {
    leaderIs(address) {
      leader = address;
    },
    port: typeof bound === "object" && bound !== null ? bound.port : port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function pass(incoming: IncomingMessage, answer: ServerResponse, leader: string, proxy: Config["web"]["proxy"]): void {
  const target = new URL(incoming.url ?? "/", leader);
  const onward = request(target, {
    method: incoming.method ?? "GET",
    headers: headersOnward(incoming, proxy),
    timeout: PATIENCE,
  });
  onward.on("response", (response) => {
    answer.writeHead(response.statusCode ?? 502, response.headers);
    response.pipe(answer);
  });
  onward.on("timeout", () => onward.destroy(new Error("no answer")));
  onward.on("error", (error) => {
    if (answer.headersSent) {
      answer.destroy();
    } else {
      sendJson(answer, 502, {
        error: { what: `the replica that works does not answer (${error.message})`, hint: "another takes over soon" },
      });
    }
  });
  answer.on("close", () => onward.destroy());
  incoming.pipe(onward);
}

/** The request's own, with where it came from; who signed in is believed only from the proxy in front. */
function headersOnward(incoming: IncomingMessage, proxy: Config["web"]["proxy"]): IncomingHttpHeaders {
  const from = incoming.socket.remoteAddress ?? "";
  const { connection: _, ...headers } = incoming.headers;
  if (proxy !== undefined && !isAmong(from, proxy.addresses)) {
    delete headers[proxy.userHeader.toLowerCase()];
    delete headers[proxy.groupsHeader.toLowerCase()];
  }
  const before = headers["x-forwarded-for"];
  return { ...headers, "x-forwarded-for": before === undefined ? from : `${before}, ${from}` };
}

function sendJson(answer: ServerResponse, status: number, body: unknown): void {
  answer.writeHead(status, { "content-type": "application/json; charset=utf-8" }).end(JSON.stringify(body));
}
