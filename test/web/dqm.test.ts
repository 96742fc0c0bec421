import { Ajv2020 } from "ajv/dist/2020.js";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDqmRecord } from "../../src/dqm/service/record.ts";
import { createWebDqm } from "../../src/web/dqm.ts";
import { buildWeb } from "../../src/web/web.ts";
import { memoryDqmStore } from "../dqm/service/fakes.ts";
import { judgedRun, overrule } from "../store/dqm-contract.ts";
import { TOKENS, webOptions } from "./build.ts";

const headers = { host: "127.0.0.1:8420" };
const EVIDENCE = {
  lumi: 1,
  histogram: "charge",
  bins: ["0 to 1", "1 to 2"],
  seen: [0.5, 0.5],
  expected: [0.4, 0.6],
  low: [0.3, 0.5],
  high: [0.5, 0.7],
  pulls: [2, -2],
};
let app: FastifyInstance;
let done: ReturnType<typeof webOptions>["done"];

beforeAll(async () => {
  const store = memoryDqmStore();
  await store.dqm.saveRun(judgedRun(7, { evidence: [EVIDENCE] }));
  await store.dqm.saveOverrule(overrule("a", { run: 7, first: 1, last: 1 }));
  const desk = createDqmRecord({ store, clock: () => new Date(), newId: () => "x" });
  const built = webOptions();
  done = built.done;
  const sources = { ...built.options.sources, dqm: createWebDqm(desk) };
  app = await buildWeb({ ...built.options, sources });
});
afterAll(() => app.close());

const answerTo = (url: string) => app.inject({ url, headers });

describe("pages of data quality", () => {
  it.each([
    ["/api/v1/dqm", "/api/v1/dqm?limit=5"],
    ["/api/v1/dqm/{run}", "/api/v1/dqm/7"],
  ])("%s answers as its OpenAPI schema says", async (path, url) => {
    const document = (await answerTo("/api/v1/openapi.json")).json();
    const schema = document.paths[path].get.responses[200].content["application/json"].schema;
    const answer = await answerTo(url);
    const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema);
    expect([answer.statusCode, validate(answer.json()), validate.errors]).toEqual([200, true, null]);
  });

  it("a run's page has the person's word over the machine's", async () => {
    const run = (await answerTo("/api/v1/dqm/7")).json();
    expect(run.counts).toMatchObject({ GOOD: 0, BAD: 1, STANDBY: 1 });
    expect(run.ranges[0]).toMatchObject({ status: "BAD", reason: "HV trip", by: "ada" });
    expect(run.overrules).toMatchObject([{ id: "a", revokedAt: null }]);
  });

  it.each(["/api/v1/dqm/8", "/api/v1/dqm/x"])("%s is not there", async (url) => {
    expect((await answerTo(url)).statusCode).toBe(404);
  });

  it("has a tab, and addresses that load the dashboard", async () => {
    expect((await answerTo("/api/v1/me")).json().pages).toContain("dqm");
    for (const url of ["/transfers", "/dqm", "/dqm/7", "/assets/dqm.js", "/assets/dqm.css"]) {
      expect((await answerTo(url)).statusCode).toBe(200);
    }
  });

  it.each([
    ["/quality", "/dqm"],
    ["/quality/7", "/dqm/7"],
  ])("%s, the address of older links, leads to %s", async (old, now) => {
    const answer = await answerTo(old);
    expect([answer.statusCode, answer.headers.location]).toEqual([301, now]);
  });

  it("takes a person's word, with status and reason checked", async () => {
    const signedIn = { ...headers, authorization: `Bearer ${TOKENS[1].token}` };
    const post = (payload: object) =>
      app.inject({ method: "POST", url: "/api/v1/actions", headers: signedIn, payload });
    const word = { kind: "overrule", run: 7, first: 1, last: 2, status: "GOOD", reason: "looked at it" };
    expect((await post(word)).statusCode).toBe(200);
    expect(done.at(-1)?.action).toEqual(word);
    expect((await post({ ...word, status: "FINE" })).statusCode).toBe(400);
    expect((await post({ ...word, reason: " " })).statusCode).toBe(400);
  });
});
