import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import { type AccessOptions, NO_SESSION, sessionCookie, sessionOf } from "../access.ts";
import { TRIES_PER_MINUTE } from "../limits.ts";
import { refuse } from "../problem.ts";
import type { EndedSessions } from "../sessions.ts";

const signIn = z.strictObject({ token: z.string().min(1).max(1000) });

/** Signing in with a token, for browsers: they cannot send it with every request. Signing out ends it at the server. */
export function registerSession(app: FastifyInstance, access: AccessOptions, ended: EndedSessions): void {
  const throttled = { max: TRIES_PER_MINUTE, timeWindow: 60_000, keyGenerator: ({ ip }: FastifyRequest) => ip };
  app.post("/api/v1/session", { config: { open: true, rateLimit: throttled } }, async (request, reply) => {
    const parsed = signIn.safeParse(request.body);
    const secure = request.headers["x-forwarded-proto"] === "https";
    const cookie = parsed.success ? sessionCookie(parsed.data.token, access, secure) : null;
    return cookie === null
      ? refuse(reply, 401, "this token is not one of web.tokens", "ask who runs cmswatch for a token")
      : reply.header("set-cookie", cookie).send({ ok: true });
  });
  app.delete("/api/v1/session", { config: { open: true } }, async (request, reply) => {
    const asking = { method: request.method, remoteAddress: request.ip, headers: request.headers };
    const session = sessionOf(asking, access);
    if (session !== null) {
      await ended.end(session.id, session.expires);
    }
    return reply.header("set-cookie", NO_SESSION).send({ ok: true });
  });
}
