import replyFrom from "@fastify/reply-from";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";

/** Said by a standby of the request that it passes on: one that comes with it has been around already. */
const HOP = "1.1 cmswatch-standby";
const CONNECT_WITHIN = 2000;
const HEADERS_WITHIN = 30_000;
/** Of silence: event streams send something more often. */
const BODY_WITHIN = 120_000;
const MOST_CONNECTIONS = 64;
/** RFC 9110 7.6.1: of one connection, not of the message. */
const HOP_BY_HOP = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];
const NOBODY = { error: { what: "no replica works just now", hint: "one takes over within seconds; ask again" } };

type Headers = Record<string, string | string[] | undefined>;

export interface ForwarderOptions {
  /** Where to, as it is known now; null: nobody works. */
  readonly leader: () => string | null;
  /** Headers to add or (undefined) to remove. */
  readonly change: (request: FastifyRequest) => Headers;
}

/**
 * An application that passes every request it has no route for on to the leader, and nowhere else: only the path of the request
 * counts, a request for another host is refused.
 */
export async function createForwarder({ leader, change }: ForwarderOptions): Promise<FastifyInstance> {
  const app = fastify({ forceCloseConnections: true, logger: false, requestTimeout: HEADERS_WITHIN });
  await app.register(replyFrom, {
    destroyAgent: true,
    disableCache: true,
    undici: {
      connections: MOST_CONNECTIONS,
      connect: { timeout: CONNECT_WITHIN },
      headersTimeout: HEADERS_WITHIN,
      bodyTimeout: BODY_WITHIN,
    },
    // Whoever waits for the answer decides about asking again.
    retryMethods: [],
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, body, done) => done(null, body));
  app.addHook("onRequest", async (request, reply) => {
    if (!isOriginForm(request.raw.url ?? "")) {
      return reply
        .code(400)
        .send({ error: { what: "not a path of this server", hint: "ask for /path, without a host" } });
    }
  });
  app.setNotFoundHandler((request, reply) => forward(request, reply, leader(), change));
  return app;
}

/** `/path?query`: never `http://host/`, `//host` or `/\host`, which name another server. */
function isOriginForm(target: string): boolean {
  return /^\/(?![/\\])[^\s#]*$/.test(target);
}

function forward(
  request: FastifyRequest,
  reply: FastifyReply,
  leader: string | null,
  change: ForwarderOptions["change"],
): FastifyReply {
  if (leader === null) {
    return reply.code(503).send(NOBODY);
  }
  if (String(request.headers.via ?? "").includes(HOP)) {
    const what = "the request came back to a replica that stands by";
    return reply.code(508).send({ error: { what, hint: "check web.advertise: each replica needs its own address" } });
  }
  return reply.from(undefined, {
    getUpstream: () => leader,
    rewriteRequestHeaders: (_, headers) => {
      const { host, via } = request.headers;
      const onward = withoutHops({ ...headers, ...change(request) });
      return definedOnly({ ...onward, host, via: via === undefined ? HOP : `${via}, ${HOP}` });
    },
    rewriteHeaders: (headers) => definedOnly(withoutHops({ ...headers })),
    onError: (failed, { error }) => {
      const { code, cause } = error as Error & { code?: string };
      const why = (cause as { code?: string } | undefined)?.code ?? code ?? error.message;
      const hint = "another takes over soon";
      failed.code(502).send({ error: { what: `the replica that works does not answer (${why})`, hint } });
    },
  });
}

/** Without the headers of one connection, those that `Connection` names included. */
function withoutHops(headers: Headers): Headers {
  const named = String(headers["connection"] ?? "")
    .toLowerCase()
    .split(",")
    .map((name) => name.trim());
  const dropped = new Set([...HOP_BY_HOP, ...named]);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !dropped.has(name.toLowerCase())));
}

function definedOnly(headers: Headers): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string | string[]] => entry[1] !== undefined),
  );
}
