import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { configSchema } from "../../src/config/schema.ts";
import { type Standby, startStandby } from "../../src/runtime/standby.ts";
import { identify } from "../../src/web/access.ts";

const settings = (web: object = {}, slack: object = {}) =>
  configSchema.parse({ web: { listen: "127.0.0.1:0", ...web }, slack });

describe("a replica that stands by", () => {
  let leader: Server;
  let leaderUrl = "";
  let heard: { headers: IncomingHttpHeaders; body: string }[] = [];
  let standby: Standby;
  const ask = (path: string, init: RequestInit = {}) => fetch(`http://127.0.0.1:${standby.port}${path}`, init);

  beforeEach(async () => {
    heard = [];
    leader = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => {
        body += chunk;
      });
      request.on("end", () => {
        heard.push({ headers: request.headers, body });
        response
          .writeHead(207, { "content-type": "text/plain", "x-of": "leader" })
          .end(`${request.method} ${request.url}`);
      });
    });
    await new Promise<void>((resolve) => leader.listen(0, "127.0.0.1", resolve));
    leaderUrl = `http://127.0.0.1:${(leader.address() as AddressInfo).port}`;
    standby = await startStandby(settings({ proxy: { addresses: ["10.0.0.0/8"] } }));
  });
  afterEach(async () => {
    await standby.close();
    leader.closeAllConnections();
    await new Promise((resolve) => leader.close(resolve));
  });

  it("lives, and is not ready before it knows who works", async () => {
    expect((await ask("/healthz")).status).toBe(200);
    expect((await ask("/readyz")).status).toBe(503);
    expect((await ask("/api/v1/status")).status).toBe(503);
    standby.leaderIs(leaderUrl);
    expect(await (await ask("/readyz")).json()).toEqual({ status: "ok", role: "standby" });
  });

  it("passes requests on as they are, and answers back", async () => {
    standby.leaderIs(leaderUrl);
    const answer = await ask("/api/v1/actions?x=1", { method: "POST", body: '{"kind":"acknowledge"}' });
    expect([answer.status, answer.headers.get("x-of"), await answer.text()]).toEqual([
      207,
      "leader",
      "POST /api/v1/actions?x=1",
    ]);
    expect(heard[0]?.body).toBe('{"kind":"acknowledge"}');
  });

  it("is no way to be taken for somebody on the machine of the one that works", async () => {
    standby.leaderIs(leaderUrl);
    await ask("/");
    const headers = heard[0]?.headers ?? {};
    expect(headers["x-forwarded-for"]).toBe("127.0.0.1");
    const asking = { method: "GET", remoteAddress: "127.0.0.1", headers };
    expect(identify(asking, { tokens: [], localRole: "admin", now: () => new Date() })).toMatchObject({ status: 401 });
  });

  it("believes who signed in only from the proxy in front", async () => {
    standby.leaderIs(leaderUrl);
    await ask("/", { headers: { "x-forwarded-user": "mallory", "x-forwarded-groups": "admins" } });
    expect(heard[0]?.headers["x-forwarded-user"]).toBeUndefined();
    expect(heard[0]?.headers["x-forwarded-groups"]).toBeUndefined();
  });

  it("says so when the one that works does not answer", async () => {
    standby.leaderIs("http://127.0.0.1:1");
    const answer = await ask("/api/v1/status");
    expect(answer.status).toBe(502);
    expect(await answer.text()).toContain("another takes over soon");
  });

  it("passes on what Slack sends over HTTP as it was signed, to the same port of the one that works", async () => {
    const byHttp = { botToken: "xoxb-1", signingSecret: "secret", listen: `127.0.0.2:${new URL(leaderUrl).port}` };
    const other = await startStandby(settings({}, byHttp));
    const send = () =>
      fetch(`http://${byHttp.listen}/slack/events`, {
        method: "POST",
        headers: { "x-slack-signature": "v0=abc", "content-type": "application/x-www-form-urlencoded" },
        body: "command=%2Fanomaly&text=status",
      });
    expect((await send()).status).toBe(503);
    other.leaderIs("http://127.0.0.1:9");
    expect(await (await send()).text()).toBe("POST /slack/events");
    expect(heard.at(-1)).toMatchObject({
      headers: { "x-slack-signature": "v0=abc" },
      body: "command=%2Fanomaly&text=status",
    });
    await other.close();
  });

  it("leaves Slack's port to the one that works where both are on one machine", async () => {
    const taken = `127.0.0.1:${new URL(leaderUrl).port}`;
    const other = await startStandby(settings({}, { botToken: "xoxb-1", signingSecret: "secret", listen: taken }));
    expect(await (await fetch(`http://${taken}/slack/events`)).text()).toBe("GET /slack/events");
    await other.close();
  });

  it("does not listen for Slack in Socket Mode", async () => {
    const slack = { botToken: "xoxb-1", appToken: "xapp-1", signingSecret: "secret", listen: "192.0.2.1:1" };
    await (await startStandby(settings({}, slack))).close();
  });

  it("says which address cannot be listened on", async () => {
    const taken = { listen: `127.0.0.1:${new URL(leaderUrl).port}` };
    await expect(startStandby(settings(taken))).rejects.toThrow(/web.listen 127.0.0.1:\d+/);
    const slack = { botToken: "xoxb-1", signingSecret: "secret", listen: "192.0.2.1:8421" };
    await expect(startStandby(settings({}, slack))).rejects.toThrow(/slack.listen 192.0.2.1:8421/);
  });

  it("tells Prometheus that it stands by", async () => {
    expect(await (await ask("/metrics")).text()).toContain("cmswatch_standby 1");
  });
});
