import type { FastifyInstance } from "fastify";
import type { WebOptions } from "../options.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** True for what anybody may ask: it holds nothing about CMSWEB. */
    open?: boolean;
  }
}

/** /healthz: the process lives. /readyz: it serves. /metrics: how it does, for Prometheus. */
export function registerHealth(app: FastifyInstance, options: Pick<WebOptions, "sources" | "registry">): void {
  app.get("/healthz", { config: { open: true } }, async () => ({ status: "ok" }));
  app.get("/readyz", { config: { open: true } }, async (_, reply) => {
    try {
      const { parts } = await options.sources.status();
      const degraded = parts.filter(({ state }) => state === "degraded").map(({ name }) => name);
      return { status: "ok", degraded };
    } catch {
      return reply.code(503).send({ status: "not ready" });
    }
  });
  app.get("/metrics", async (_, reply) => {
    const text = await options.registry.metrics();
    return reply.type(options.registry.contentType).send(text);
  });
}
