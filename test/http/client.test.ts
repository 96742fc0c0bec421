import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { Address } from "../../src/alert/address.ts";
import { createHttpClient, type HttpOptions, jsonOf } from "../../src/http/client.ts";
import { HttpFault } from "../../src/http/fault.ts";

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) {
    stop();
  }
});

async function clientOf(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  options: Partial<HttpOptions> = {},
) {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stops.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = Address.parse(`http://ada:hush@127.0.0.1:${(server.address() as AddressInfo).port}/base`);
  return createHttpClient({ address, section: "test", timeout: 500, maxBytes: 10_000, ...options });
}

async function faultOf(work: Promise<unknown>): Promise<HttpFault> {
  const error = await work.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(HttpFault);
  return error as HttpFault;
}

describe("the HTTP client", () => {
  it("asks under its base, with the credentials of the address", async () => {
    const seen: (string | undefined)[] = [];
    const client = await clientOf((request, response) => {
      seen.push(request.url, request.headers.authorization);
      response.end("{}");
    });
    await client.request({ method: "GET", url: "/x?y=1" });
    expect(seen).toEqual(["/base/x?y=1", `Basic ${btoa("ada:hush")}`]);
  });

  it("tells what a server says of itself, without the secrets that it repeats", async () => {
    const gone = '{"errorMessages":["This API was removed. Use /rest/api/3/search/jql"]}';
    const client = await clientOf((_, response) => void response.writeHead(410).end(gone));
    expect((await faultOf(client.request({ method: "GET", url: "/" }))).message).toContain(
      "answered 410: This API was removed. Use /rest/api/3/search/jql",
    );
    const echo = await clientOf(
      (request, response) => {
        response.writeHead(401).end(`bad header ${request.headers.authorization}`);
      },
      { authorization: "Bearer s3cret" },
    );
    const fault = await faultOf(echo.request({ method: "GET", url: "/" }));
    expect(fault.message).toContain("answered 401: bad header [secret]");
    expect(inspect(fault, { depth: 12, showHidden: true })).not.toMatch(/s3cret|hush/);
  });

  it.each([
    ["headers that never come", () => {}],
    [
      "a body that never ends",
      (response: ServerResponse) => {
        const timer = setInterval(() => response.write("x"), 50);
        stops.push(() => clearInterval(timer));
      },
    ],
  ])("does not wait longer than its time for %s", async (_what, play) => {
    const client = await clientOf((_, response) => play(response), { timeout: 200 });
    expect((await faultOf(client.request({ method: "GET", url: "/" }))).reason).toEqual({ kind: "late", timeout: 200 });
  });

  it("reads no more than its size, and tells an answer that breaks off", async () => {
    const large = await clientOf((_, response) => void response.end("x".repeat(20_000)));
    expect((await faultOf(large.request({ method: "GET", url: "/" }))).reason.kind).toBe("too large");
    const torn = await clientOf((_, response) => {
      response.writeHead(200, { "Content-Length": "50" });
      response.write("{", () => response.destroy());
    });
    const fault = await faultOf(torn.request({ method: "GET", url: "/" }));
    expect([fault.reason.kind, fault.isTemporary]).toEqual(["unreachable", true]);
  });

  it("follows no redirect to another server, and within one only as often as it may", async () => {
    const client = await clientOf(
      (_, response) => void response.writeHead(302, { Location: "http://127.0.0.1:1/" }).end(),
      {
        redirects: 3,
      },
    );
    expect((await faultOf(client.request({ method: "GET", url: "/" }))).reason).toMatchObject({
      kind: "elsewhere",
      origin: "http://127.0.0.1:1",
    });
  });

  it("sends no secret over a network without TLS where that is refused", async () => {
    const address = Address.parse("http://ada:hush@192.0.2.1/");
    const client = createHttpClient({ address, section: "test", timeout: 100, maxBytes: 10, refusesOpenSecret: true });
    expect((await faultOf(client.request({ method: "GET", url: "/" }))).reason.kind).toBe("unencrypted");
  });

  it.each([
    ["", "nothing"],
    ["<!DOCTYPE html><title>Sign in</title>", "a web page"],
    ['{"a":', "something that is not JSON"],
  ])("takes %j for no JSON", (text, what) => {
    expect(() => jsonOf({ status: 200, header: () => null, text }, "here")).toThrow(what);
  });
});
