import { connect } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { REQUESTS_PER_MINUTE, TRIES_PER_MINUTE } from "../../src/web/limits.ts";
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
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});
const local = { host: "127.0.0.1:8420" };
const bearer = (token: string) => ({ ...local, authorization: `Bearer ${token}` });
const remote = { remoteAddress: "10.0.0.7" };

describe("limits of the web server", () => {
  test("a user has so many requests a minute, and others are not held up", async () => {
    const { app } = await setUp();
    const ask = (token: string) => app.inject({ url: "/api/v1/me", headers: bearer(token), ...remote });
    for (let asked = 0; asked < REQUESTS_PER_MINUTE; asked++) {
      await ask("viewer-token-0123456789");
    }
    const over = await ask("viewer-token-0123456789");
    expect([over.statusCode, over.json().error.what]).toEqual([429, expect.stringContaining("too many requests")]);
    expect((await ask("admin-token-0123456789")).statusCode).toBe(200);
    expect((await app.inject({ url: "/healthz" })).statusCode).toBe(200);
  });

  test("signing in and guessing tokens are throttled per address", async () => {
    const { app } = await setUp();
    const signIn = (from: string) =>
      app.inject({
        method: "POST",
        url: "/api/v1/session",
        headers: local,
        remoteAddress: from,
        payload: { token: "x" },
      });
    const guess = (from: string) => app.inject({ url: "/api/v1/me", headers: bearer("guess"), remoteAddress: from });
    for (let tried = 0; tried < TRIES_PER_MINUTE; tried++) {
      expect((await signIn("10.0.0.7")).statusCode).toBe(401);
      expect((await guess("10.0.0.8")).statusCode).toBe(401);
    }
    expect((await signIn("10.0.0.7")).statusCode).toBe(429);
    expect((await guess("10.0.0.8")).statusCode).toBe(429);
    expect((await signIn("10.0.0.9")).statusCode).toBe(401);
  });

  test("a session that was signed out does not come back, also after a restart", async () => {
    const kept = new Map<string, unknown>();
    const states = {
      get: async <T>(key: string) => (kept.get(key) ?? null) as T | null,
      put: async (key: string, value: unknown) => void kept.set(key, value),
    };
    const { app } = await setUp({ states });
    const payload = { token: "viewer-token-0123456789" };
    const signed = await app.inject({ method: "POST", url: "/api/v1/session", headers: local, ...remote, payload });
    const cookie = String(signed.headers["set-cookie"]).split(";")[0] ?? "";
    const me = (from: typeof app) => from.inject({ url: "/api/v1/me", headers: { ...local, cookie }, ...remote });
    expect((await me(app)).statusCode).toBe(200);
    await app.inject({ method: "DELETE", url: "/api/v1/session", headers: { ...local, cookie }, ...remote });
    expect((await me(app)).statusCode).toBe(401);
    const again = await setUp({ states });
    expect((await me(again.app)).statusCode).toBe(401);
  });

  test("a body that nests too deeply, is not JSON or is too large is refused in one line", async () => {
    const { app } = await setUp();
    const send = (payload: string) =>
      app.inject({
        method: "POST",
        url: "/api/v1/alertmanager/webhook",
        headers: { ...local, "content-type": "application/json" },
        payload,
      });
    for (const [payload, status] of [
      [`${"[".repeat(8_000)}${"]".repeat(8_000)}`, 400],
      ["{", 400],
      [JSON.stringify("x".repeat(6_000_000)), 413],
    ] as const) {
      const answer = await send(payload);
      expect(answer.statusCode).toBe(status);
      expect(answer.json().error.what).toMatch(/^[^\n]{5,300}$/);
    }
  });

  test("a body that does not come is given up", async () => {
    const parts = webOptions();
    const web = await createWeb(parts.options);
    closers.push(() => web.close());
    expect(web.app.server.requestTimeout).toBe(30_000);
    const socket = connect(Number(new URL(web.url).port), "127.0.0.1");
    socket.write("POST /api/v1/actions HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 10\r\n\r\n");
    await new Promise((resolve) => socket.once("connect", resolve));
    socket.destroy();
  });

  test("one viewer cannot take all event streams", async () => {
    const web = await createWeb(webOptions().options);
    closers.push(() => web.close());
    const stop = new AbortController();
    const open = (token: string) =>
      fetch(`${web.url}/api/v1/events`, { headers: { authorization: `Bearer ${token}` }, signal: stop.signal });
    const first = await Promise.all(Array.from({ length: 20 }, () => open("viewer-token-0123456789")));
    expect(first.every(({ status }) => status === 200)).toBe(true);
    expect((await open("viewer-token-0123456789")).status).toBe(503);
    expect((await open("admin-token-0123456789")).status).toBe(200);
    stop.abort();
  });

  test("an internal error gives a reference and no words of the database", async () => {
    const logged: unknown[] = [];
    const { options } = webOptions();
    const { app } = await setUp({
      sources: {
        ...options.sources,
        services: () => Promise.reject(new Error('relation "secret_table" does not exist')),
      },
      log: { ...options.log, error: (fields: unknown) => logged.push(fields) } as never,
    });
    const answer = await app.inject({ url: "/api/v1/services", headers: local });
    const [, reference = ""] = /^internal error ([0-9A-F]{8})$/.exec(answer.json().error.what) ?? [];
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain("secret_table");
    expect(logged).toMatchObject([{ reference, err: { message: expect.stringContaining("secret_table") } }]);
  });

  test("answers are not guessed about nor kept, and everything that is missing is said in one shape", async () => {
    const { app } = await setUp();
    for (const url of ["/api/v1/me", "/api/v1/services/nosuch", "/nosuch", "/api/v1/nosuch"]) {
      const answer = await app.inject({ url, headers: local });
      expect(answer.headers).toMatchObject({ "x-content-type-options": "nosniff", "cache-control": "no-store" });
      expect(url.includes("nosuch") ? answer.json() : null).toEqual(
        url.includes("nosuch")
          ? { error: { what: expect.stringMatching(/^not found: /), hint: expect.stringMatching(/./) } }
          : null,
      );
    }
  });
});
