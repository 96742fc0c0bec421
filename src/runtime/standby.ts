import type { FastifyInstance } from "fastify";
import { Address } from "../alert/address.ts";
import { UserError } from "../alert/user-error.ts";
import type { Config } from "../config/schema.ts";
import { isAmong } from "../http/among.ts";
import { createHttpClient } from "../http/client.ts";
import { readListen } from "../http/listen.ts";
import { createForwarder } from "./forward.ts";

const METRICS = "# HELP cmswatch_standby 1 while this replica waits for its turn.\n# TYPE cmswatch_standby gauge\n";
/** A leader that does not answer so soon is frozen or cut off. */
const ANSWERS_WITHIN = 2000;
const MOST_BYTES = 65_536;

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
  const page = await createForwarder({
    leader: () => leader,
    change: (request) => originOf(request.raw.socket.remoteAddress ?? "", request.headers, web.proxy),
  });
  page.get("/healthz", () => ({ status: "ok", role: "standby" }));
  page.get("/readyz", async (_, reply) => {
    const fault = await faultOf(leader);
    return fault === null
      ? { status: "ok", role: "standby" }
      : reply.code(503).send({ status: "not ready", role: "standby", error: { what: fault } });
  });
  page.get("/metrics", (_, reply) => reply.type("text/plain; version=0.0.4").send(`${METRICS}cmswatch_standby 1\n`));
  const { host, port } = readListen(web.listen);
  await page.listen({ host, port }).catch(async (error: NodeJS.ErrnoException) => {
    await page.close();
    throw new UserError(`cannot listen (${error.code})`, `web.listen ${web.listen}`, "choose another port");
  });
  const slackServer = speaksHttp(slack) ? await listenForSlack(slack.listen, () => leader).catch(closing(page)) : null;
  const bound = page.server.address();
  return {
    leaderIs(address) {
      leader = address;
    },
    port: typeof bound === "object" && bound !== null ? bound.port : port,
    close: async () => void (await Promise.all([page.close(), slackServer?.close()])),
  };
}

/** Why the replica that works is of no use just now, or null when it answers. */
async function faultOf(leader: string | null): Promise<string | null> {
  if (leader === null) {
    return "no replica works just now";
  }
  const address = Address.parse(leader);
  const http = createHttpClient({ address, section: "web", timeout: ANSWERS_WITHIN, maxBytes: MOST_BYTES });
  return http.request({ method: "GET", url: "/healthz" }).then(
    () => null,
    (error: Error) => `the replica that works does not answer: ${error.message}`,
  );
}

/** All replicas have one configuration: the one that works listens for Slack at the same port of its own address. */
async function listenForSlack(address: string, leader: () => string | null): Promise<FastifyInstance> {
  const { host, port } = readListen(address, "slack.listen");
  const server = await createForwarder({
    leader: () => {
      const onward = leader();
      return onward === null ? null : atPort(onward, port);
    },
    change: (request) => originOf(request.raw.socket.remoteAddress ?? "", request.headers, undefined),
  });
  await server.listen({ host, port }).catch(async (error: NodeJS.ErrnoException) => {
    // On the machine of the one that works the port is its own: Slack's requests reach it.
    if (error.code !== "EADDRINUSE") {
      await server.close();
      const hint = "choose an address of this machine";
      throw new UserError(`cannot listen (${error.code})`, `slack.listen ${address}`, hint);
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
  return address.origin;
}

/** What was begun ends with what could not be. */
function closing(app: FastifyInstance): (error: Error) => Promise<never> {
  return async (error) => {
    await app.close();
    throw error;
  };
}

/** Where the request came from; who signed in is believed only from the proxy in front. */
function originOf(
  from: string,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  proxy: Config["web"]["proxy"],
): Record<string, string | undefined> {
  const isStranger = proxy !== undefined && !isAmong(from, proxy.addresses);
  const before = headers["x-forwarded-for"];
  return {
    ...(isStranger
      ? { [proxy.userHeader.toLowerCase()]: undefined, [proxy.groupsHeader.toLowerCase()]: undefined }
      : {}),
    "x-forwarded-for": before === undefined ? from : `${before}, ${from}`,
  };
}
