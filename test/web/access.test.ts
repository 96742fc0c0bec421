import { describe, expect, it } from "vitest";
import { type AccessOptions, type Asking, crossSiteReason, identify, sessionCookie } from "../../src/web/access.ts";
import { TOKENS } from "./build.ts";

let time = Date.parse("2026-06-15T12:00:00Z");
const options: AccessOptions = { tokens: [...TOKENS], localRole: "viewer", now: () => new Date(time) };
const asking = (headers: Asking["headers"] = {}, remoteAddress = "127.0.0.1", method = "GET"): Asking => ({
  method,
  remoteAddress,
  headers: { host: "127.0.0.1:8420", ...headers },
});
const operator = "operator-token-0123456789";

describe("identify", () => {
  it.each(["127.0.0.1", "::1", "::ffff:127.0.0.1"])("takes %s for somebody on this machine, a viewer", (address) => {
    expect(identify(asking({}, address), options)).toEqual({ ok: true, actor: { name: "local", role: "viewer" } });
  });

  it.each([
    ["another address", asking({}, "10.0.0.7")],
    ["a proxy on this machine", asking({ "x-forwarded-for": "10.0.0.7" })],
    ["a name that was made to point here", asking({ host: "evil.example:8420" })],
  ])("wants a token from %s", (_, request) => {
    expect(identify(request, options)).toMatchObject({ ok: false, status: 401 });
  });

  it("knows the bearer of a token, and refuses an unknown one even on this machine", () => {
    const known = identify(asking({ authorization: `Bearer ${operator}` }, "10.0.0.7"), options);
    expect(known).toEqual({ ok: true, actor: { name: "ada", role: "operator" } });
    expect(identify(asking({ authorization: "Bearer guess" }), options)).toMatchObject({ ok: false, status: 401 });
  });

  it("knows a session until it ends, and not one that was tampered with", () => {
    const cookie = sessionCookie(operator, options, true)?.split(";")[0] ?? "";
    expect(identify(asking({ cookie: `other=1; ${cookie}` }, "10.0.0.7"), options)).toMatchObject({
      actor: { name: "ada" },
    });
    const [name, value] = cookie.split("=");
    const forged = Buffer.from(JSON.stringify(["ada", time * 2])).toString("base64url");
    const tampered = `${name}=${forged}.${value?.split(".")[1]}`;
    expect(identify(asking({ cookie: tampered }, "10.0.0.7"), options)).toMatchObject({ ok: false });
    time += 13 * 3_600_000;
    expect(identify(asking({ cookie }, "10.0.0.7"), options)).toMatchObject({ ok: false });
  });

  it("makes no session of an unknown token, and one that scripts and other sites cannot use", () => {
    expect(sessionCookie("guess", options, true)).toBeNull();
    expect(sessionCookie(operator, options, true)).toMatch(/HttpOnly; SameSite=Strict; Max-Age=43200; Secure$/);
  });
});

describe("a proxy that signs people in", () => {
  const proxy = {
    addresses: ["10.0.0.2"],
    userHeader: "X-Forwarded-User",
    groupsHeader: "X-Forwarded-Groups",
    operators: ["cmsweb-operators"],
    admins: ["ada"],
  };
  const from = (address: string, user: string, groups = "") =>
    identify(
      asking({ "x-forwarded-user": user, "x-forwarded-groups": groups, "x-forwarded-for": "1.2.3.4" }, address),
      {
        ...options,
        proxy,
      },
    );

  it.each([
    ["ada", "", "admin"],
    ["luis", "users, cmsweb-operators", "operator"],
    ["mira", "users", "viewer"],
  ])("makes %s of groups “%s” a %s", (user, groups, role) => {
    expect(from("::ffff:10.0.0.2", user, groups)).toEqual({ ok: true, actor: { name: user, role } });
  });

  it("is believed from its own addresses only, and not without a name", () => {
    expect(from("10.0.0.7", "ada")).toMatchObject({ ok: false, status: 401 });
    expect(from("127.0.0.1", "ada")).toMatchObject({ ok: false, status: 401 });
    expect(from("10.0.0.2", "")).toMatchObject({ ok: false, status: 401 });
  });
});

describe("crossSiteReason", () => {
  const post = (headers: Asking["headers"]) =>
    crossSiteReason(asking(headers, "127.0.0.1", "POST"), "https://watch.cern.ch");
  it("lets pass programs, the page itself and the configured address", () => {
    expect(post({})).toBeNull();
    expect(post({ "sec-fetch-site": "same-origin", origin: "http://127.0.0.1:8420" })).toBeNull();
    expect(post({ origin: "https://watch.cern.ch" })).toBeNull();
  });

  it.each([
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { origin: "https://evil.example" },
    { origin: "null" },
  ])("refuses %o", (headers) => {
    expect(post(headers)).toMatch(/is refused/);
  });

  it("does not hinder reading", () => {
    expect(crossSiteReason(asking({ "sec-fetch-site": "cross-site" }), undefined)).toBeNull();
  });
});
