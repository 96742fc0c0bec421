import fc from "fast-check";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildWeb } from "../../src/web/web.ts";
import { webOptions } from "../web/build.ts";
import { changed, FUZZ, FUZZ_TIMEOUT, poison } from "./arbitraries.ts";

type Schema = Readonly<Record<string, unknown>>;

interface Operation {
  readonly parameters: readonly { readonly name: string; readonly in: "path" | "query"; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: { readonly "application/json": { readonly schema: Schema } } };
}

let app: FastifyInstance;
let operations: readonly { readonly method: "GET" | "POST"; readonly path: string; readonly operation: Operation }[];
/** Limits per user would end the run; a token is of a user each. */
const TOKENS = Array.from({ length: 400 }, (_, at) => ({
  token: `fuzz-token-0123456789-${at}`,
  name: `fuzz${at}`,
  role: "admin" as const,
}));

beforeAll(async () => {
  const { options } = webOptions();
  app = await buildWeb({ ...options, config: { ...options.config, tokens: TOKENS } });
  const { paths } = (await app.inject({ url: "/api/v1/openapi.json" })).json();
  operations = Object.entries(paths as Record<string, Record<string, Operation>>).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase() as "GET" | "POST",
      path,
      operation,
    })),
  );
});
afterAll(() => app.close());

/** A value that the schema allows. */
function allowed(schema: Schema): fc.Arbitrary<unknown> {
  const options = (schema["anyOf"] ?? schema["oneOf"]) as readonly Schema[] | undefined;
  if (options !== undefined) {
    return fc.oneof(...options.map(allowed));
  }
  if (schema["const"] !== undefined) {
    return fc.constant(schema["const"]);
  }
  if (Array.isArray(schema["enum"])) {
    return fc.constantFrom(...(schema["enum"] as readonly unknown[]));
  }
  switch (schema["type"]) {
    case "object": {
      const properties = Object.entries((schema["properties"] ?? {}) as Record<string, Schema>);
      return fc.record(Object.fromEntries(properties.map(([name, one]) => [name, allowed(one)])));
    }
    case "array":
      return fc.array(allowed((schema["items"] ?? {}) as Schema), { minLength: 1, maxLength: 3 });
    case "integer":
    case "number": {
      const least = Number(schema["minimum"] ?? 1);
      return fc.integer({ min: Math.max(least, -1e9), max: Math.min(Number(schema["maximum"] ?? 1_000), 1e9) });
    }
    case "boolean":
      return fc.boolean();
    default:
      return fc.oneof(
        fc.constantFrom("dbs", "dbs-latency", 'service="dbs"', "nosuch", "constructor", "__proto__", "../x", "%00"),
        fc.string({ minLength: 1, maxLength: 30 }),
      );
  }
}

const textOf = (value: unknown) => (typeof value === "string" ? value : (JSON.stringify(value) ?? ""));

describe("fuzz", { timeout: FUZZ_TIMEOUT }, () => {
  test("the API, from its own description: no request ends in an internal error, and refusals have one shape", async () => {
    let asked = 0;
    const request = fc.nat(10_000).chain((pick) => {
      const { method, path, operation } = operations[pick % operations.length] as (typeof operations)[number];
      const value = (schema: Schema) => fc.oneof({ weight: 3, arbitrary: allowed(schema) }, poison);
      const body = operation.requestBody?.content["application/json"].schema;
      return fc.record({
        method: fc.constant(method),
        path: fc.constant(path),
        parameters: fc.tuple(
          ...operation.parameters.map((one) => value(one.schema).map((given) => ({ ...one, text: textOf(given) }))),
        ),
        body:
          body === undefined ? fc.constant(undefined) : fc.oneof(allowed(body), allowed(body).chain(changed), poison),
      });
    });
    await fc.assert(
      fc.asyncProperty(request, async ({ method, path, parameters, body }) => {
        const inPath = parameters.filter((one) => one.in === "path");
        const url = inPath.reduce(
          (whole, { name, text }) => whole.replace(`{${name}}`, encodeURIComponent(text.toWellFormed()) || "x"),
          path,
        );
        const query = new URLSearchParams(
          parameters.filter((one) => one.in === "query").map(({ name, text }): [string, string] => [name, text]),
        );
        const { token } = TOKENS[asked++ % TOKENS.length] as (typeof TOKENS)[number];
        const answer = await app.inject({
          method,
          url: `${url}?${query}`,
          headers: { host: "127.0.0.1", authorization: `Bearer ${token}`, "content-type": "application/json" },
          remoteAddress: "10.0.0.7",
          ...(method === "POST" ? { payload: JSON.stringify(body ?? null) } : {}),
        });
        expect(
          [200, 400, 404, 409, 413, 414],
          `${method} ${url}?${query} ${JSON.stringify(body)}: ${answer.body}`,
        ).toContain(answer.statusCode);
        const json = answer.json();
        if (answer.statusCode >= 400 && answer.statusCode !== 409) {
          expect(json).toEqual({ error: { what: expect.any(String), hint: expect.any(String) } });
          expect(json.error.what.length).toBeLessThan(6_000);
        }
      }),
      FUZZ,
    );
  });
});
