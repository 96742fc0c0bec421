import { Ajv2020 } from "ajv/dist/2020.js";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildWeb } from "../../src/web/web.ts";
import { webOptions } from "./build.ts";

const headers = { host: "127.0.0.1:8420" };
interface Document {
  readonly paths: Record<
    string,
    Record<string, { responses: { 200: { content: { "application/json": { schema: object } } } } }>
  >;
}
let app: FastifyInstance;
let document: Document;
beforeAll(async () => {
  app = await buildWeb(webOptions().options);
  document = (await app.inject({ url: "/api/v1/openapi.json", headers })).json();
});
afterAll(() => app.close());

const answerTo = (url: string) => app.inject({ url, headers });

describe("API", () => {
  it.each([
    ["/api/v1/status", "/api/v1/status"],
    ["/api/v1/me", "/api/v1/me"],
    ["/api/v1/services", "/api/v1/services"],
    ["/api/v1/overview", "/api/v1/overview"],
    ["/api/v1/groups", "/api/v1/groups"],
    ["/api/v1/services/{name}", "/api/v1/services/dbs?hours=1"],
    ["/api/v1/anomalies", "/api/v1/anomalies?days=7"],
    ["/api/v1/anomalies/{id}", "/api/v1/anomalies/an-1"],
    ["/api/v1/silences", "/api/v1/silences"],
    ["/api/v1/oncall", "/api/v1/oncall"],
    ["/api/v1/models", "/api/v1/models"],
    ["/api/v1/audit", "/api/v1/audit?limit=5"],
    ["/api/v1/noise", "/api/v1/noise"],
    ["/api/v1/runbooks/{id}", "/api/v1/runbooks/dbs-down"],
  ])("%s answers as its OpenAPI schema says", async (path, url) => {
    const schema = document.paths[path]?.["get"]?.responses[200].content["application/json"].schema;
    const answer = await answerTo(url);
    expect(answer.statusCode).toBe(200);
    const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema ?? false);
    expect([validate(answer.json()), validate.errors]).toEqual([true, null]);
  });

  it("describes every endpoint, with an id of its own", () => {
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path)) as unknown as {
      operationId: string;
    }[];
    expect(operations.length).toBeGreaterThan(15);
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  });

  it("filters groups by matchers", async () => {
    const filtered = await answerTo(
      `/api/v1/groups?filter=${encodeURIComponent('severity="high", namespace=~"dmwm|dbs"')}`,
    );
    const { groups } = filtered.json() as { groups: { id: string; alerts: unknown[] }[] };
    expect(groups.map(({ id, alerts }) => [id, alerts.length])).toEqual([
      ["couchdb-down", 2],
      ["dbs-latency", 1],
    ]);
  });

  it.each([
    ["/api/v1/groups?filter=what", 400, /is not a matcher/],
    ["/api/v1/services/dbs?hours=100000", 400, /`hours`/],
    ["/api/v1/services/nosuch", 404, /not found/],
    ["/api/v1/anomalies/nosuch", 404, /not found/],
  ])("%s is refused with %i", async (url, status, what) => {
    const answer = await answerTo(url);
    expect([answer.statusCode, answer.json().error.what]).toEqual([status, expect.stringMatching(what)]);
  });

  it("previews a silence for a viewer: that changes nothing", async () => {
    const payload = { matchers: ['service="dbs"'] };
    const answer = await app.inject({ method: "POST", url: "/api/v1/silences/preview", headers, payload });
    expect(answer.json()).toMatchObject({ now: 1, pastWeek: 12 });
  });

  it("says 404 for the other pages where nothing feeds them", async () => {
    const { options } = webOptions();
    const { details: _, ...sources } = options.sources;
    const bare = await buildWeb({ ...options, sources });
    expect((await bare.inject({ url: "/api/v1/models", headers })).statusCode).toBe(404);
    await bare.close();
  });
});
