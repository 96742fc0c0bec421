import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTicketSource } from "../../../src/tickets/source.ts";
import type { SourceSettings } from "../../../src/tickets/system.ts";
import { requireSystem } from "../../../src/tickets/systems.ts";
import { SETTINGS, startServer, type TestServer, testTools } from "./server.ts";

const CSV =
  "Ticket-ID;Type;VO;Site;Priority;Resp. Unit;Status;Last Update;Subject;Scope\n5;USER;cms;A;urgent;B;assigned;2021-03-04;x;WLCG\n";
let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

function source(settings: Partial<SourceSettings> = {}) {
  const tools = testTools();
  const made = createTicketSource(requireSystem("ggus"), { ...SETTINGS, url: server.url, ...settings }, tools);
  return { tools, fetch: () => made.fetch(new Map()) };
}

describe("fetching from a server", () => {
  it("asks GGUS for all open tickets and gives them as a complete result", async () => {
    server.answer((_request, response) => response.end(CSV));
    const result = await source().fetch();
    expect(result).toMatchObject({ complete: true, reason: null, tickets: [{ id: "5" }], problems: [] });
    const url = new URL(server.requests[0]?.url ?? "", server.url);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      mode: "ticket_search",
      status: "open",
      writeFormat: "CSV",
    });
    expect(server.requests[0]?.headers.accept).toBe("text/csv");
  });

  it("keeps the query of an address that has one", async () => {
    server.answer((_request, response) => response.end(CSV));
    await source({ url: `${server.url}/list?vo=cms` }).fetch();
    expect(server.requests[0]?.url).toBe("/list?vo=cms");
  });

  it("tries again after faults that pass, and says nothing of them", async () => {
    server.answer((request, response, count) => {
      if (count === 0) {
        request.socket.destroy();
      } else {
        response.writeHead(count === 1 ? 503 : 200).end(count === 1 ? "" : CSV);
      }
    });
    const { fetch, tools } = source();
    expect(await fetch()).toMatchObject({ complete: true, tickets: [{ id: "5" }] });
    expect(tools.waits).toEqual([1000, 2000]);
  });

  it("gives up after four tries", async () => {
    server.answer((_request, response) => response.writeHead(500).end());
    expect(await source().fetch()).toMatchObject({ complete: false, tickets: [] });
    expect(server.requests).toHaveLength(4);
  });

  it.each([
    ["7", [7000]],
    ["999", []],
  ])("waits as long as the server asks for (%s s), when that is not too long", async (seconds, waits) => {
    server.answer((_request, response, count) =>
      count === 0 ? response.writeHead(429, { "Retry-After": seconds }).end() : response.end(CSV),
    );
    const { fetch, tools } = source();
    expect((await fetch()).complete).toBe(waits.length > 0);
    expect(tools.waits).toEqual(waits);
  });

  it("reads a date in Retry-After", async () => {
    const { fetch, tools } = source();
    const later = new Date(Math.ceil(tools.now.getTime() / 1000) * 1000 + 5000);
    server.answer((_request, response, count) =>
      count === 0 ? response.writeHead(503, { "Retry-After": later.toUTCString() }).end() : response.end(CSV),
    );
    expect((await fetch()).complete).toBe(true);
    expect(tools.waits).toEqual([later.getTime() - tools.now.getTime()]);
  });

  it.each([401, 403, 404, 206, 204])("takes status %d for a failure, at once", async (status) => {
    server.answer((_request, response) => response.writeHead(status).end(status === 204 ? undefined : CSV));
    const result = await source().fetch();
    expect(result).toMatchObject({ complete: false, tickets: [] });
    expect(result.reason).toContain(`answered ${status}`);
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    ["a login page", "<!DOCTYPE html><html><title>Sign in</title></html>", "web page"],
    ["nothing", "", "is empty"],
    ["something else", "OK\n", "no column"],
  ])("takes %s sent with status 200 for a failure, not for an empty list", async (_what, body, reason) => {
    server.answer((_request, response) => response.end(body));
    const result = await source().fetch();
    expect(result).toMatchObject({ complete: false, tickets: [] });
    expect(result.reason).toContain(reason);
  });

  it("takes an answer that breaks off for a failure, after trying again", async () => {
    server.answer((_request, response) => {
      response.writeHead(200, { "Content-Length": "5000" });
      response.write(CSV, () => response.destroy());
    });
    expect(await source().fetch()).toMatchObject({ complete: false, tickets: [] });
    expect(server.requests).toHaveLength(4);
  });

  it("takes an answer that ends inside a row for an incomplete one, and keeps its tickets", async () => {
    server.answer((_request, response) => response.end(`${CSV}6;USER;cm`));
    expect(await source().fetch()).toMatchObject({ complete: false, tickets: [{ id: "5" }] });
  });

  it("does not follow to another server, but does so within one", async () => {
    server.answer((_request, response) =>
      response.writeHead(302, { Location: "https://auth.example.invalid/login" }).end(),
    );
    const away = await source().fetch();
    expect(away.reason).toContain("sends on to https://auth.example.invalid");
    expect(server.requests).toHaveLength(1);
    server.answer((request, response) =>
      request.url === "/moved" ? response.end(CSV) : response.writeHead(301, { Location: "/moved" }).end(),
    );
    expect(await source().fetch()).toMatchObject({ complete: true });
    server.answer((_request, response) => response.writeHead(302, { Location: "/again" }).end());
    expect(await source().fetch()).toMatchObject({ complete: false });
    expect(server.requests.length).toBeLessThan(10);
  });

  it("stops reading at the largest size, unpacked too", async () => {
    server.answer((_request, response) => response.end(CSV + "x".repeat(2_000_000)));
    expect((await source().fetch()).reason).toContain("more than 1000000 bytes");
    server.answer((_request, response) => {
      response.writeHead(200, { "Content-Encoding": "gzip" });
      response.end(gzipSync(CSV + `${"x".repeat(999)}\n`.repeat(4000)));
    });
    expect((await source().fetch()).reason).toContain("more than 1000000 bytes");
  });

  it("stops waiting for a server that is too slow", async () => {
    server.answer((_request, response) => {
      response.write("Ticket-ID;");
    });
    const result = await source({ timeout: 100 }).fetch();
    expect(result.complete).toBe(false);
    expect(result.reason).toContain("takes longer than 100 ms");
  });

  it("asks only for what changed, and keeps what it had when nothing did", async () => {
    server.answer((request, response) => {
      const isKnown = request.headers["if-none-match"] === '"v1"' && request.headers["if-modified-since"] !== undefined;
      response.writeHead(isKnown ? 304 : 200, { ETag: '"v1"', "Last-Modified": "Thu, 04 Mar 2021 00:00:00 GMT" });
      response.end(isKnown ? undefined : CSV);
    });
    const { fetch } = source();
    const first = await fetch();
    const second = await fetch();
    expect(second).toMatchObject({ complete: true, tickets: first.tickets });
    expect(server.requests.map((request) => request.headers["if-none-match"])).toEqual([undefined, '"v1"']);
  });

  it("does not ask what changed since an answer that was not whole", async () => {
    server.answer((_request, response) => response.writeHead(200, { ETag: '"v1"' }).end(`${CSV}x;y\n`));
    const { fetch } = source();
    await fetch();
    await fetch();
    expect(server.requests[1]?.headers["if-none-match"]).toBeUndefined();
  });

  it("cannot be fooled by a 304 that it did not ask for", async () => {
    server.answer((_request, response) => response.writeHead(304).end());
    expect(await source().fetch()).toMatchObject({ complete: false, tickets: [] });
  });

  it("names a server that is not there, without the query", async () => {
    const result = await source({ url: "http://127.0.0.1:1/x?secret=1" }).fetch();
    expect(result.reason).toContain("http://127.0.0.1:1/x: cannot be read (ECONNREFUSED)");
    expect(result.reason).not.toContain("secret");
  });

  it("does not send a token unencrypted to another machine", async () => {
    const result = await source({ url: "http://tickets.example.invalid/", token: "hush" }).fetch();
    expect(result.reason).toContain("would send the token unencrypted");
    expect(result.reason).not.toContain("hush");
  });
});
