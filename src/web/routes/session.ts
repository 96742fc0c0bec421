import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { type AccessOptions, NO_SESSION, sessionCookie } from "../access.ts";
import { refuse } from "../problem.ts";

const signIn = z.strictObject({ token: z.string().min(1).max(1000) });

/** Signing in with a token, for browsers: they cannot send it with every request. */
export function registerSession(app: FastifyInstance, access: AccessOptions): void {
  app.post("/api/v1/session", { config: { open: true } }, async (request, reply) => {
    const parsed = signIn.safeParse(request.body);
    const secure = request.headers["x-forwarded-proto"] === "https";
    const cookie = parsed.success ? sessionCookie(parsed.data.token, access, secure) : null;
    return cookie === null
      ? refuse(reply, 401, "this token is not one of web.tokens", "ask who runs cmswatch for a token")
      : reply.header("set-cookie", cookie).send({ ok: true });
  });
  app.delete("/api/v1/session", { config: { open: true } }, async (_, reply) =>
    reply.header("set-cookie", NO_SESSION).send({ ok: true }),
  );
}
