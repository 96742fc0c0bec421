import { randomBytes } from "node:crypto";
import type { AddressInfo } from "node:net";
import fastify, { type FastifyInstance, type FastifyReply } from "fastify";
import { Histogram, type Registry } from "prom-client";
import { systemClock } from "../alert/clock.ts";
import { UserError } from "../alert/user-error.ts";
import { AlertmanagerError } from "../alertmanager/error.ts";
import { readListen } from "../http/listen.ts";
import { crossSiteReason, identify } from "./access.ts";
import { createTriesLimit, REQUEST_TIMEOUT, registerLimits } from "./limits.ts";
import { createLive } from "./live.ts";
import type { WebOptions } from "./options.ts";
import { refuse } from "./problem.ts";
import { registerApi } from "./routes/api.ts";
import { registerHealth } from "./routes/health.ts";
import { registerPages } from "./routes/pages.ts";
import { registerSession } from "./routes/session.ts";
import { registerWebhook } from "./routes/webhook.ts";
import { loadEndedSessions } from "./sessions.ts";
import type { Actor } from "./sources.ts";

const MAX_BODY = 5_000_000;
const MAX_LOGGED = 200;
const CHECK_CONNECTIONS_EVERY = 5_000;

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
  const app = fastify({
    bodyLimit: MAX_BODY,
    forceCloseConnections: true,
    logger: false,
    requestTimeout: REQUEST_TIMEOUT,
    http: { connectionsCheckingInterval: CHECK_CONNECTIONS_EVERY },
  });
  const now = options.now ?? systemClock;
  const ended = await loadEndedSessions(options.states ?? null, now);
  const access = {
    tokens: options.config.tokens,
    localRole: options.localRole ?? "viewer",
    baseUrl: options.config.baseUrl,
    proxy: options.config.proxy,
    now,
    ended,
  } as const;
  const live = createLive();
  const unsubscribe = options.sources.subscribe(live.changed);
  app.addHook("onClose", async () => {
    unsubscribe();
    live.close();
  });
  app.decorateRequest("actor", null);
  let triedTooOften: ReturnType<typeof createTriesLimit> | null = null;
  app.addHook("onRequest", async (request, reply) => {
    const asking = { method: request.method, remoteAddress: request.ip, headers: request.headers };
    const crossSite = crossSiteReason(asking, access.baseUrl);
    if (crossSite !== null) {
      return refuse(reply, 403, crossSite, "use the page of cmswatch itself");
    }
    const who = identify(asking, access);
    request.actor = who.ok ? who.actor : null;
    const open = request.routeOptions.config.open === true;
    if (!who.ok && !open && who.isGuess && (await triedTooOften?.(request, reply)) === true) {
      return reply;
    }
    return who.ok || open ? undefined : refuse(reply, who.status, who.reason, "send it as `Authorization: Bearer …`");
  });
  await registerLimits(app);
  triedTooOften = createTriesLimit(app);
  app.addHook("onSend", async (request, reply) => {
    reply.header("x-cmswatch-time", now().toISOString());
    addSafeHeaders(request.url, reply);
  });
  measure(app, options.registry);
  answerErrors(app, options.log);
  registerHealth(app, options);
  registerApi(app, options, live);
  registerSession(app, access, ended);
  registerWebhook(app, options.onNotification);
  registerPages(app);
  await options.mount?.(app);
  return app;
}

/** Known errors say what is wrong; of others the client gets a reference, and the log the rest. */
function answerErrors(app: FastifyInstance, log: WebOptions["log"]): void {
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    if (error instanceof UserError) {
      return refuse(reply, 400, error.what, error.hint);
    }
    if (error instanceof AlertmanagerError) {
      return refuse(reply, 502, error.message, "try again when Alertmanager answers");
    }
    if (error.statusCode !== undefined && error.statusCode < 500) {
      return refuse(reply, error.statusCode, error.message, "see /api/v1/openapi.json");
    }
    const reference = randomBytes(4).toString("hex").toUpperCase();
    log.error({ err: error, url: request.url.slice(0, MAX_LOGGED), reference }, "request failed");
    return refuse(reply, 500, `internal error ${reference}`, "who runs cmswatch finds this reference in its log");
  });
  app.setNotFoundHandler((request, reply) =>
    refuse(reply, 404, `not found: ${request.url.slice(0, MAX_LOGGED)}`, "see /api/v1/openapi.json"),
  );
}

/** What the API answers is data: browsers neither guess its type nor keep it. */
function addSafeHeaders(url: string, reply: FastifyReply): void {
  reply.header("x-content-type-options", "nosniff");
  if (!reply.hasHeader("cache-control")) {
    reply.header("cache-control", "no-store");
  }
  if (url.startsWith("/api/")) {
    reply.header("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
  }
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
