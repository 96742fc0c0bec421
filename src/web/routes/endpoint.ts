import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { own, putOwn } from "../../alert/own.ts";
import { mayAs, type Role } from "../actions.ts";
import { firstIssue, refuse } from "../problem.ts";
import type { Actor } from "../sources.ts";

/** A request after its parts have been checked. */
export interface Call<Query, Body> {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: Body;
  readonly actor: Actor;
}

/** One thing the API does: what it takes, what it gives, who may; the OpenAPI document is made of it. */
export interface Endpoint<Query = unknown, Body = unknown> {
  readonly method: "GET" | "POST";
  /** As fastify writes it: `/api/v1/services/:name`. */
  readonly path: string;
  readonly summary: string;
  readonly query: z.ZodType<Query>;
  readonly body: z.ZodType<Body>;
  readonly answer: z.ZodType;
  /** Role it takes; a body may ask for more. */
  readonly role: (body: Body) => Role;
  /** Gives the answer, or null when it is not found. */
  readonly run: (call: Call<Query, Body>) => Promise<unknown>;
  /** Status of an answer; 200 unless said. */
  readonly status?: (answer: unknown) => number;
}

const nothing = z.unknown();

/** An endpoint that reads. */
export function reads<Query>(
  path: string,
  summary: string,
  answer: z.ZodType,
  query: z.ZodType<Query>,
  run: (call: Call<Query, unknown>) => Promise<unknown>,
): Endpoint {
  return { method: "GET", path, summary, query, body: nothing, answer, role: () => "viewer", run } as Endpoint;
}

/** An endpoint that is sent something. */
export function takes<Body>(
  path: string,
  summary: string,
  body: z.ZodType<Body>,
  answer: z.ZodType,
  more: Pick<Endpoint<unknown, Body>, "role" | "run"> & Partial<Pick<Endpoint, "status">>,
): Endpoint {
  return { method: "POST", path, summary, query: nothing, body, answer, ...more } as Endpoint;
}

/** Registers the endpoints: checks what comes in and who asks, so that `run` need not. */
export function registerEndpoints(app: FastifyInstance, endpoints: readonly Endpoint[]): void {
  for (const endpoint of endpoints) {
    app.route({
      method: endpoint.method,
      url: endpoint.path,
      handler: async (request, reply) => {
        const query = endpoint.query.safeParse(request.query);
        const body = endpoint.body.safeParse(request.body);
        const wrong = query.error ?? body.error;
        if (wrong !== undefined) {
          return refuse(reply, 400, firstIssue(wrong), "see /api/v1/openapi.json");
        }
        const needed = endpoint.role(body.data);
        const { actor } = request;
        if (actor === null || !mayAs(actor.role, needed)) {
          return refuse(reply, 403, `this needs the role ${needed}`, "sign in with a token that has it");
        }
        const params = request.params as Record<string, string>;
        const answer = await endpoint.run({ params, query: query.data, body: body.data, actor });
        return answer === null
          ? refuse(reply, 404, `not found: ${request.url.slice(0, 200)}`, "it may be gone, or is not kept here")
          : reply.code(endpoint.status?.(answer) ?? 200).send(answer);
      },
    });
  }
}

/** The endpoints as an OpenAPI 3.1 document. */
export function openApi(endpoints: readonly Endpoint[], version: string): Readonly<Record<string, unknown>> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const endpoint of endpoints) {
    const path = endpoint.path.replace(/:([a-zA-Z]+)/g, "{$1}");
    putOwn(paths, path, { ...own(paths, path), [endpoint.method.toLowerCase()]: operation(endpoint) });
  }
  return {
    openapi: "3.1.0",
    info: { title: "cmswatch", version, license: { name: "Apache-2.0" } },
    paths,
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer", description: "A token of web.tokens." } },
      schemas: { Error: errorSchema },
    },
    security: [{ token: [] }, {}],
  };
}

const errorSchema = {
  type: "object",
  required: ["error"],
  properties: {
    error: {
      type: "object",
      required: ["what", "hint"],
      properties: { what: { type: "string" }, hint: { type: "string" } },
    },
  },
};

function operation(endpoint: Endpoint): Readonly<Record<string, unknown>> {
  const inPath = [...endpoint.path.matchAll(/:([a-zA-Z]+)/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
  const inQuery =
    endpoint.query instanceof z.ZodObject
      ? Object.entries(endpoint.query.shape).map(([name, schema]) => ({
          name,
          in: "query",
          required: false,
          schema: toSchema(schema as z.ZodType, "input"),
        }))
      : [];
  const failure = { description: "Refused.", content: json({ $ref: "#/components/schemas/Error" }) };
  return {
    summary: endpoint.summary,
    operationId: `${endpoint.method.toLowerCase()}${endpoint.path.replace(/\/api\/v1|[^a-zA-Z/:]/g, "").replace(/[/:]+(.)/g, (_, letter: string) => letter.toUpperCase())}`,
    parameters: [...inPath, ...inQuery],
    ...(endpoint.method === "POST"
      ? { requestBody: { required: true, content: json(toSchema(endpoint.body, "input")) } }
      : {}),
    responses: {
      "200": { description: endpoint.summary, content: json(toSchema(endpoint.answer, "output")) },
      default: failure,
    },
  };
}

function json(schema: unknown): Readonly<Record<string, unknown>> {
  return { "application/json": { schema } };
}

function toSchema(schema: z.ZodType, io: "input" | "output"): unknown {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io });
  return rest;
}
