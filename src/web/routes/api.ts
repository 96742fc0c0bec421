import type { FastifyInstance } from "fastify";
import { actionSchema, mayAs, roleFor } from "../actions.ts";
import type { Live } from "../live.ts";
import { firstIssue, refuse } from "../problem.ts";
import type { WebOptions } from "../web.ts";

/** What the dashboard reads and does, under /api/v1. */
export function registerApi(app: FastifyInstance, options: WebOptions, live: Live): void {
  const { sources } = options;
  app.get("/api/v1/status", () => sources.status());
  app.get("/api/v1/services", async () => ({ services: await sources.services() }));
  app.get("/api/v1/groups", async () => ({ groups: await sources.groups() }));
  app.get("/api/v1/overview", async () => {
    const [status, services, groups] = await Promise.all([sources.status(), sources.services(), sources.groups()]);
    return { status, services, groups };
  });
  app.get("/api/v1/me", async (request) => ({ actor: request.actor, links: options.links ?? [] }));
  app.get("/api/v1/events", (_, reply) => {
    reply.hijack();
    if (!live.add(reply.raw)) {
      reply.raw.writeHead(503).end("too many pages are open\n");
    }
  });
  app.post("/api/v1/actions", async (request, reply) => {
    const parsed = actionSchema.safeParse(request.body);
    if (!parsed.success) {
      return refuse(reply, 400, firstIssue(parsed.error), "see /api/v1/openapi.json");
    }
    const needed = roleFor(parsed.data);
    const { actor } = request;
    if (actor === null || !mayAs(actor.role, needed)) {
      return refuse(reply, 403, `this needs the role ${needed}`, "sign in with a token that has it");
    }
    const outcome = await sources.act(parsed.data, actor);
    return reply.code(outcome.ok ? 200 : 409).send(outcome);
  });
}
