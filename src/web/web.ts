import type { AddressInfo } from "node:net";
import fastify, { type FastifyInstance } from "fastify";
import { Histogram, type Registry } from "prom-client";
import { systemClock } from "../alert/clock.ts";
import { UserError } from "../alert/user-error.ts";
import { crossSiteReason, identify } from "./access.ts";
import { createLive } from "./live.ts";
import type { WebOptions } from "./options.ts";
import { refuse } from "./problem.ts";
import { registerApi } from "./routes/api.ts";
import { registerHealth } from "./routes/health.ts";
import { registerPages } from "./routes/pages.ts";
import { registerSession } from "./routes/session.ts";
import { registerWebhook } from "./routes/webhook.ts";
import type { Actor } from "./sources.ts";

const MAX_BODY = 5_000_000;

declare module "fastify" {
  interface FastifyRequest {
    actor: Actor | null;
  }
}

/** The running web server. */
export interface Web {
  /** Address to open: `http://127.0.0.1:8420`. */
  readonly url: string;
  readonly app: FastifyInstance;
  close(): Promise<void>;
}

/**
 * Starts dashboard, API, health, metrics and webhook receiver.
 * @throws UserError when the address cannot be listened on.
 */
export async function createWeb(options: WebOptions): Promise<Web> {
  const app = await buildWeb(options);
  const { host, port } = readListen(options.config.listen);
  try {
    await app.listen({ host, port });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const hint =
      code === "EADDRINUSE" ? "stop what listens there, or choose another port" : "choose an address of this machine";
    throw new UserError(`cannot listen (${code})`, `web.listen ${options.config.listen}`, hint, { cause: error });
  }
  const bound = (app.server.address() as AddressInfo).port;
  return { url: `http://${host.includes(":") ? `[${host}]` : host}:${bound}`, app, close: () => app.close() };
}

/** The application without a listening socket, as tests use it. */
export async function buildWeb(options: WebOptions): Promise<FastifyInstance> {
  const app = fastify({ bodyLimit: MAX_BODY, forceCloseConnections: true, logger: false });
  const now = options.now ?? systemClock;
  const access = {
    tokens: options.config.tokens,
    localRole: options.localRole ?? "viewer",
    baseUrl: options.config.baseUrl,
    proxy: options.config.proxy,
    now,
  } as const;
  const live = createLive();
  const unsubscribe = options.sources.subscribe(live.changed);
  app.addHook("onClose", async () => {
    unsubscribe();
    live.close();
  });
  app.decorateRequest("actor", null);
  app.addHook("onRequest", async (request, reply) => {
    const asking = { method: request.method, remoteAddress: request.ip, headers: request.headers };
    const crossSite = crossSiteReason(asking, access.baseUrl);
    if (crossSite !== null) {
      return refuse(reply, 403, crossSite, "use the page of cmswatch itself");
    }
    const who = identify(asking, access);
    request.actor = who.ok ? who.actor : null;
    const open = request.routeOptions.config.open === true;
    return who.ok || open ? undefined : refuse(reply, who.status, who.reason, "send it as `Authorization: Bearer …`");
  });
  app.addHook("onSend", async (_, reply) => {
    reply.header("x-cmswatch-time", now().toISOString());
  });
  measure(app, options.registry);
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) {
      options.log.error({ error, url: request.url }, "request failed");
    }
    const known = error instanceof UserError;
    return refuse(
      reply,
      known ? 400 : status,
      known ? error.what : error.message,
      known ? error.hint : "look at cmswatch's log",
    );
  });
  registerHealth(app, options);
  registerApi(app, options, live);
  registerSession(app, access);
  registerWebhook(app, options.onNotification);
  registerPages(app);
  await options.mount?.(app);
  return app;
}

function measure(app: FastifyInstance, registry: Registry): void {
  const seconds = new Histogram({
    name: "cmswatch_http_request_duration_seconds",
    help: "Time to answer a request of the dashboard or the API.",
    labelNames: ["method", "route", "status"],
    buckets: [0.005, 0.02, 0.1, 0.5, 2],
    registers: [registry],
  });
  app.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url ?? "(none)";
    seconds.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
  });
}

/** Reads `host:port`, `[::1]:port` or `:port` (all addresses). @throws UserError when it is neither. */
export function readListen(listen: string, key = "web.listen"): { host: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(listen);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    throw new UserError(`"${listen}" is not an address`, key, "write it like 127.0.0.1:8420");
  }
  return { host: match[1] ?? (match[2] === "" ? "0.0.0.0" : (match[2] ?? "")), port };
}
