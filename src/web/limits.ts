import rateLimit from "@fastify/rate-limit";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { parseJson } from "../alert/json.ts";
import { refuse } from "./problem.ts";

/** Requests to the API per minute and user; pages that are open ask about ten a minute. */
export const REQUESTS_PER_MINUTE = 600;
/** Tries to sign in, and requests with an unknown token, per minute and address. */
export const TRIES_PER_MINUTE = 20;
/** A request must have arrived whole by then. */
export const REQUEST_TIMEOUT = 30_000;
const MOST_USERS = 10_000;

/**
 * Limits of requests to the API: how many per user, how often an address may try tokens, and how deep a body nests.
 * The limits are those of one process; the replica that works answers all requests.
 */
export async function registerLimits(app: FastifyInstance): Promise<void> {
  await app.register(rateLimit, {
    max: REQUESTS_PER_MINUTE,
    timeWindow: 60_000,
    cache: MOST_USERS,
    keyGenerator: keyOf,
    allowList: ({ url }) => !url.startsWith("/api/"),
    errorResponseBuilder: (_, { statusCode, ttl }) =>
      Object.assign(new Error(`too many requests, wait ${Math.ceil(ttl / 1000)} s`), { statusCode }),
  });
  app.removeContentTypeParser("application/json");
  app.addContentTypeParser("application/json", { parseAs: "string" }, async (_: FastifyRequest, body: string) => {
    try {
      return parseJson(body);
    } catch (error) {
      throw Object.assign(new Error(`the body is not JSON: ${(error as Error).message.slice(0, 200)}`), {
        statusCode: 400,
      });
    }
  });
}

/** Refuses tokens from an address that has tried many unknown ones. @returns whether it was refused */
export function createTriesLimit(
  app: FastifyInstance,
): (request: FastifyRequest, reply: FastifyReply) => Promise<boolean> {
  const tried = app.createRateLimit({
    max: TRIES_PER_MINUTE,
    timeWindow: 60_000,
    keyGenerator: ({ ip }) => ip,
    allowList: [],
  });
  return async (request, reply) => {
    const result = await tried(request);
    if (result.isAllowed || !result.isExceeded) {
      return false;
    }
    await refuse(
      reply.header("retry-after", result.ttlInSeconds),
      429,
      "too many tries with tokens that are not known",
      `wait ${result.ttlInSeconds} s`,
    );
    return true;
  };
}

/** A user is a name of web.tokens or of the proxy; somebody on this machine is `local`. */
function keyOf({ actor, ip }: FastifyRequest): string {
  return actor === null ? `address ${ip}` : `user ${actor.name}`;
}
