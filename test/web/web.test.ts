import { Counter } from "prom-client";
import { afterEach, describe, expect, it } from "vitest";
import { readListen } from "../../src/http/listen.ts";
import type { WebOptions } from "../../src/web/options.ts";
import { buildWeb, createWeb } from "../../src/web/web.ts";
import { webOptions } from "./build.ts";

const closers: (() => Promise<unknown>)[] = [];
async function setUp(more: Partial<WebOptions> = {}) {
  const parts = webOptions(more);
  const app = await buildWeb(parts.options);
  closers.push(() => app.close());
  return { ...parts, app };
}
const local = { host: "127.0.0.1:8420" };
const as = (role: string) => ({ ...local, authorization: `Bearer ${role}-token-0123456789` });
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

describe("web", () => {
  it("gives services, groups and status to somebody on this machine", async () => {
    const { app } = await setUp();
    const { services } = (await app.inject({ url: "/api/v1/services", headers: local })).json();
    expect(services).toHaveLength(24);
    const overview = (await app.inject({ url: "/api/v1/overview", headers: local })).json();
    expect(Object.keys(overview)).toEqual(["status", "asOf", "services", "groups"]);
    expect((await app.inject({ url: "/api/v1/status", headers: local })).json().demo).toBe(true);
    expect((await app.inject({ url: "/api/v1/groups", headers: local })).json().groups[0].id).toBe("couchdb-down");
  });

  it("gives nothing but health and the empty page to others", async () => {
    const { app } = await setUp();
    const from = { remoteAddress: "10.0.0.7", headers: local };
    for (const url of ["/api/v1/overview", "/api/v1/events", "/metrics", "/nosuch"]) {
      expect((await app.inject({ url, ...from })).statusCode, url).toBe(401);
    }
    for (const url of ["/healthz", "/readyz", "/", "/services/dbs", "/assets/app.js", "/assets/app.css"]) {
      expect((await app.inject({ url, ...from })).statusCode, url).toBe(200);
    }
  });

  it("does what an operator wants, and says who wanted it", async () => {
    const { app, done } = await setUp();
    const payload = { kind: "acknowledge", group: "dbs-latency" };
    const answer = await app.inject({ method: "POST", url: "/api/v1/actions", headers: as("operator"), payload });
    expect(answer.json()).toEqual({ ok: true, message: "You have it for the next hour." });
    expect(done).toEqual([{ action: payload, actor: { name: "ada", role: "operator" } }]);
  });

  it.each([
    ["a viewer's", as("viewer"), { kind: "acknowledge", group: "dbs-latency" }, 403],
    ["somebody's on this machine", local, { kind: "acknowledge", group: "dbs-latency" }, 403],
    ["an operator's change of a model", as("operator"), { kind: "activate-model", model: "m" }, 403],
    ["an unknown", as("admin"), { kind: "explode" }, 400],
    ["a reasonless", as("admin"), { kind: "silence", matchers: ['a="b"'], minutes: 5, reason: " " }, 400],
  ])("refuses %s action", async (_, headers, payload, status) => {
    const { app, done } = await setUp();
    const answer = await app.inject({ method: "POST", url: "/api/v1/actions", headers, payload });
    expect(answer.statusCode).toBe(status);
    expect(answer.json().error.hint).not.toBe("");
    expect(done).toEqual([]);
  });

  it("tells why an action did not work", async () => {
    const { app } = await setUp({ localRole: "admin" });
    const payload = { kind: "acknowledge", group: "gone" };
    const answer = await app.inject({ method: "POST", url: "/api/v1/actions", headers: local, payload });
    expect([answer.statusCode, answer.json().message]).toEqual([409, "There is no group gone any more."]);
  });

  it("refuses an action that another site sends through a browser", async () => {
    const { app, done } = await setUp({ localRole: "admin" });
    const headers = { ...local, origin: "https://evil.example" };
    const payload = { kind: "acknowledge", group: "dbs-latency" };
    expect((await app.inject({ method: "POST", url: "/api/v1/actions", headers, payload })).statusCode).toBe(403);
    expect(done).toEqual([]);
  });

  it("signs a browser in and out", async () => {
    const { app } = await setUp();
    const signIn = (token: string) =>
      app.inject({
        method: "POST",
        url: "/api/v1/session",
        headers: local,
        remoteAddress: "10.0.0.7",
        payload: { token },
      });
    expect((await signIn("guess")).statusCode).toBe(401);
    const cookie = String((await signIn("viewer-token-0123456789")).headers["set-cookie"]).split(";")[0] ?? "";
    const me = await app.inject({ url: "/api/v1/me", headers: { ...local, cookie }, remoteAddress: "10.0.0.7" });
    expect(me.json().actor).toEqual({ name: "wall", role: "viewer" });
    const out = await app.inject({ method: "DELETE", url: "/api/v1/session", headers: local });
    expect(String(out.headers["set-cookie"])).toContain("Max-Age=0");
  });

  it("hands Alertmanager's notifications over, and refuses what is none", async () => {
    const { app, notifications } = await setUp();
    const alert = {
      status: "firing",
      labels: { alertname: "x" },
      annotations: {},
      startsAt: "2026-06-15T12:00:00.000+02:00",
      endsAt: "0001-01-01T00:00:00Z",
      generatorURL: "",
      fingerprint: "abc",
    };
    const payload = { version: "4", groupKey: "{}:{}", status: "firing", receiver: "cmswatch", alerts: [alert] };
    const post = (body: unknown) =>
      app.inject({ method: "POST", url: "/api/v1/alertmanager/webhook", headers: local, payload: body as object });
    expect((await post(payload)).statusCode).toBe(202);
    expect(notifications[0]?.alerts[0]).toMatchObject({ endsAt: null, startsAt: new Date("2026-06-15T10:00:00Z") });
    const refused = await post({ ...payload, alerts: [{ ...alert, startsAt: "soon" }] });
    expect([refused.statusCode, refused.json().error.what]).toEqual([400, "`alerts.0.startsAt`: Invalid ISO datetime"]);
  });

  it("shows the registry it was given, with its own request times", async () => {
    const { app, options } = await setUp();
    new Counter({ name: "cmswatch_example_total", help: "Example.", registers: [options.registry] }).inc(3);
    await app.inject({ url: "/api/v1/status", headers: local });
    const text = (await app.inject({ url: "/metrics", headers: local })).body;
    expect(text).toContain("cmswatch_example_total 3");
    expect(text).toMatch(
      /cmswatch_http_request_duration_seconds_count\{method="GET",route="\/api\/v1\/status",status="200"\} 1/,
    );
  });

  it("is alive but not ready while its sources fail", async () => {
    const { options } = webOptions();
    const status = () => Promise.reject(new Error("not yet"));
    const { app } = await setUp({ sources: { ...options.sources, status } });
    expect((await app.inject({ url: "/healthz", headers: local })).statusCode).toBe(200);
    expect((await app.inject({ url: "/readyz", headers: local })).statusCode).toBe(503);
    expect((await app.inject({ url: "/api/v1/status", headers: local })).statusCode).toBe(500);
  });

  it("does not send a file twice", async () => {
    const { app } = await setUp();
    const first = await app.inject({ url: "/assets/app.css", headers: local });
    const etag = String(first.headers.etag);
    expect(
      (await app.inject({ url: "/assets/app.css", headers: { ...local, "if-none-match": etag } })).statusCode,
    ).toBe(304);
    expect(first.headers["content-security-policy"]).toContain("default-src 'self'");
  });
});

describe("listening", () => {
  it("tells open pages what changed, once for many changes", async () => {
    const { options, changed, listeners } = webOptions();
    const web = await createWeb(options);
    const abort = new AbortController();
    const response = await fetch(`${web.url}/api/v1/events`, { signal: abort.signal });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = (await reader?.read())?.value ?? "";
    expect(text).toContain("event: hello");
    changed("services");
    changed("services");
    changed("groups");
    text = (await reader?.read())?.value ?? "";
    expect(text).toBe('event: changed\ndata: ["services","groups"]\n\n');
    abort.abort();
    await web.close();
    expect(listeners.size).toBe(0);
  });

  it("says what to do when the address is taken", async () => {
    const { options } = webOptions();
    const first = await createWeb(options);
    const second = createWeb({
      ...webOptions().options,
      config: { ...options.config, listen: first.url.replace("http://", "") },
    });
    await expect(second).rejects.toThrow(
      /web.listen 127.0.0.1:\d+: cannot listen \(EADDRINUSE\) — stop what listens there/,
    );
    await first.close();
  });

  it.each([
    ["127.0.0.1:8420", { host: "127.0.0.1", port: 8420 }],
    ["[::1]:1", { host: "::1", port: 1 }],
    [":80", { host: "0.0.0.0", port: 80 }],
  ])("reads %s", (text, expected) => {
    expect(readListen(text)).toEqual(expected);
  });

  it.each(["8420", "a:b", "host:99999"])("refuses %s", (text) => {
    expect(() => readListen(text)).toThrow(/write it like/);
  });
});
