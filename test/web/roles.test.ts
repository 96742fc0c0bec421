import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { actionSchema, mayAs, type Role } from "../../src/web/actions.ts";
import { buildWeb } from "../../src/web/web.ts";
import { webOptions } from "./build.ts";

const WHO = ["nobody", "guess", "viewer", "operator", "admin"] as const;
type Who = (typeof WHO)[number];
/** What needs no token: it holds nothing about CMSWEB. */
const OPEN =
  /^\/(healthz|readyz|assets\/.*|api\/v1\/openapi\.json|api\/v1\/session|services\/:name|alerts|groups\/:id|history|anomalies(\/:id)?|transfers|(quality|dqm)(\/:run)?|silences|oncall|models|noise|audit|runbooks\/:id|sign-in)?$/;
/** Deeds with the role that each takes; a new one must be added here by hand. */
const DEEDS: Readonly<Record<string, { readonly needs: Role; readonly body: object }>> = {
  acknowledge: { needs: "operator", body: { group: "dbs-latency" } },
  unacknowledge: { needs: "operator", body: { group: "dbs-latency" } },
  note: { needs: "operator", body: { groups: ["dbs-latency"], text: "test" } },
  silence: { needs: "operator", body: { matchers: ['service="dbs"'], minutes: 5, reason: "test" } },
  "expire-silence": { needs: "operator", body: { silence: "s-1" } },
  "not-anomaly": { needs: "operator", body: { anomaly: "a-1", reason: "test" } },
  "revoke-feedback": { needs: "admin", body: { feedback: "f-1" } },
  overrule: { needs: "operator", body: { run: 1, first: 1, last: 2, status: "GOOD", reason: "test" } },
  "revoke-overrule": { needs: "operator", body: { overrule: "o-1" } },
  "activate-model": { needs: "admin", body: { model: "m-1" } },
  inject: { needs: "operator", body: { service: "dbs", anomaly: "point" } },
};

let app: FastifyInstance;
let done: readonly unknown[];
beforeAll(async () => {
  const parts = webOptions();
  done = parts.done;
  app = await buildWeb(parts.options);
});
afterAll(() => app.close());

function headersOf(who: Who): Record<string, string> {
  const token = who === "guess" ? "not-a-token-0123456789" : `${who}-token-0123456789`;
  return { host: "127.0.0.1:8420", ...(who === "nobody" ? {} : { authorization: `Bearer ${token}` }) };
}

/** Every route with its methods, as fastify prints them. */
function routes(): readonly { readonly url: string; readonly method: "GET" | "POST" | "DELETE" }[] {
  const paths: string[] = [];
  const found: { url: string; method: "GET" | "POST" | "DELETE" }[] = [];
  for (const line of app.printRoutes({ commonPrefix: false }).split("\n")) {
    const [, indent = "", rest = ""] = /^((?:[│ ] {3})*)[├└]── (.*)$/.exec(line) ?? [];
    const [, part = "", methods = ""] = /^(.*?)(?: \(([A-Z, ]+)\))?$/.exec(rest) ?? [];
    if (rest === "") {
      continue;
    }
    const depth = indent.length / 4;
    paths.length = depth;
    paths[depth] = part;
    for (const method of methods.split(", ")) {
      if (method === "GET" || method === "POST" || method === "DELETE") {
        found.push({ url: paths.join(""), method });
      }
    }
  }
  return found;
}

describe("who may ask what", () => {
  test("every route that is not open is refused without a known token, whatever the address says", async () => {
    const all = routes();
    expect(all.length).toBeGreaterThan(45);
    for (const { url, method } of all) {
      const path = url.replaceAll(/:\w+/g, "1");
      for (const who of WHO) {
        if (url === "/api/v1/events" && who !== "nobody" && who !== "guess") {
          continue;
        }
        const payload = method === "POST" ? { payload: {} } : {};
        const request = {
          method,
          url: path,
          headers: headersOf(who),
          remoteAddress: `10.0.${all.length % 200}.${WHO.indexOf(who)}`,
        };
        const { statusCode } = await app.inject({ ...request, ...payload });
        const isKnown = who !== "nobody" && who !== "guess";
        if (!isKnown && !OPEN.test(url)) {
          expect([401, 429], `${method} ${url} as ${who}`).toContain(statusCode);
        } else if (url !== "/api/v1/session") {
          expect([401, 429, 500], `${method} ${url} as ${who}`).not.toContain(statusCode);
        }
      }
    }
  });

  test("every deed of the API is in the table", () => {
    const kinds = actionSchema.options.map((option) => [...option.shape.kind.values][0]);
    expect(Object.keys(DEEDS).sort()).toEqual(kinds.sort());
  });

  test.each(Object.entries(DEEDS).flatMap(([kind, deed]) => WHO.map((who) => ({ kind, who, ...deed }))))(
    "$kind as $who",
    async ({ kind, who, needs, body }) => {
      const before = done.length;
      const answer = await app.inject({
        method: "POST",
        url: "/api/v1/actions",
        headers: headersOf(who),
        remoteAddress: "10.1.0.1",
        payload: { kind, ...body },
      });
      const isKnown = who !== "nobody" && who !== "guess";
      const may = isKnown && mayAs(who, needs);
      expect(answer.statusCode).toSatisfy((status: number) =>
        may ? status === 200 || status === 409 : isKnown ? status === 403 : status === 401 || status === 429,
      );
      expect(done.length > before && !may).toBe(false);
    },
  );
});
