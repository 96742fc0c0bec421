import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from "node:http";
import { UserError } from "../alert/user-error.ts";
import type { Config } from "../config/schema.ts";
import { isAmong } from "../web/among.ts";
import { readListen } from "../web/web.ts";

const METRICS = "# HELP cmswatch_standby 1 while this replica waits for its turn.\n# TYPE cmswatch_standby gauge\n";
const PATIENCE = 30_000;
const NOBODY = { error: { what: "no replica works just now", hint: "one takes over within seconds; ask again" } };

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
 * is never taken for somebody on its own machine. Where Slack speaks HTTP its requests are passed on too, as they are: what
 * Slack has signed is checked by the one that works.
 */
export async function startStandby({ web, slack }: Pick<Config, "web" | "slack">): Promise<Standby> {
  let leader: string | null = null;
  const page = createServer((incoming, answer) => {
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
      return sendJson(answer, 503, NOBODY);
    }
    return path === "/readyz"
      ? sendJson(answer, 200, { status: "ok", role: "standby" })
      : pass(incoming, answer, leader, headersOnward(incoming, web.proxy));
  });
  const { host, port } = readListen(web.listen);
  await listen(page, host, port).catch((error: NodeJS.ErrnoException) => {
    throw new UserError(`cannot listen (${error.code})`, `web.listen ${web.listen}`, "choose another port");
  });
  const ears = speaksHttp(slack) ? await hearSlack(slack.listen, () => leader).catch(stopped(page)) : null;
  const bound = page.address();
  return {
    leaderIs(address) {
      leader = address;
    },
    port: typeof bound === "object" && bound !== null ? bound.port : port,
    close: async () => void (await Promise.all([close(page), ears === null ? null : close(ears)])),
  };
}

/** All replicas have one configuration: the one that works listens for Slack at the same port of its own address. */
async function hearSlack(address: string, leader: () => string | null): Promise<Server> {
  const { host, port } = readListen(address, "slack.listen");
  const server = createServer((incoming, answer) => {
    const onward = leader();
    if (onward === null) {
      sendJson(answer, 503, NOBODY);
    } else {
      pass(incoming, answer, atPort(onward, port), headersOnward(incoming, undefined));
    }
  });
  await listen(server, host, port).catch((error: NodeJS.ErrnoException) => {
    // On the machine of the one that works the port is its own: Slack's requests reach it.
    if (error.code !== "EADDRINUSE") {
      throw new UserError(
        `cannot listen (${error.code})`,
        `slack.listen ${address}`,
        "choose an address of this machine",
      );
    }
  });
  return server;
}

/** In Socket Mode Slack is asked, and asks nobody. */
function speaksHttp({ botToken, appToken, signingSecret }: Config["slack"]): boolean {
  return botToken !== undefined && appToken === undefined && signingSecret !== undefined;
}

function atPort(leader: string, port: number): string {
  const address = new URL(leader);
  address.port = String(port);
  return address.href;
}

/** What was begun ends with what could not be. */
function stopped(server: Server): (error: Error) => Promise<never> {
  return async (error) => {
    await close(server);
    throw error;
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function pass(incoming: IncomingMessage, answer: ServerResponse, leader: string, headers: IncomingHttpHeaders): void {
  const target = new URL(incoming.url ?? "/", leader);
  const onward = request(target, {
    method: incoming.method ?? "GET",
    headers,
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
