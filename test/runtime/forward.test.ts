import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { configSchema } from "../../src/config/schema.ts";
import { type Standby, startStandby } from "../../src/runtime/standby.ts";

let standby: Standby;
let leader: Server;
let stranger: Server;
let heard: IncomingMessage[];
let strangers: number;
let play: (request: IncomingMessage, response: ServerResponse) => void;

const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port;

/** Sends bytes as they are, and gives what comes back until the other side ends, or for five seconds. */
function raw(text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(standby.port, "127.0.0.1");
    let answer = "";
    const timer = setTimeout(() => socket.destroy(), 5000);
    socket.on("data", (chunk) => {
      answer += chunk.toString();
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      clearTimeout(timer);
      resolve(answer);
    });
    socket.write(text);
  });
}

beforeEach(async () => {
  heard = [];
  strangers = 0;
  play = (_, response) => response.end("leader");
  leader = createServer((request, response) => {
    heard.push(request);
    play(request, response);
  });
  stranger = createServer((_, response) => {
    strangers++;
    response.end("stranger");
  });
  await Promise.all(
    [leader, stranger].map((server) => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))),
  );
  standby = await startStandby(configSchema.parse({ web: { listen: "127.0.0.1:0" } }));
  standby.leaderIs(`http://127.0.0.1:${portOf(leader)}`);
});
afterEach(async () => {
  await standby.close();
  for (const server of [leader, stranger]) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

const request = (target: string, headers = "") =>
  `GET ${target} HTTP/1.1\r\nHost: cmswatch.example\r\nAuthorization: Bearer s3cret\r\n${headers}Connection: close\r\n\r\n`;

describe("a standby passes on to the leader only", () => {
  it.each(["http://HOST/x", "//HOST/x", "/\\HOST/x", "//", "ftp://x/", "http://", "*", "/\\", "https://HOST:443/"])(
    "refuses the target %s and lives on",
    async (target) => {
      const answer = await raw(request(target.replace("HOST", `127.0.0.1:${portOf(stranger)}`)));
      expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
      expect([strangers, heard.length]).toEqual([0, 0]);
      expect(await raw(request("/page"))).toContain("leader");
    },
  );

  it("does not open tunnels", async () => {
    await raw(`CONNECT 127.0.0.1:${portOf(stranger)} HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\n\r\n`);
    expect([strangers, heard.length]).toEqual([0, 0]);
  });

  it("keeps path, query, host and token, and drops the headers of one connection", async () => {
    const hops = "Keep-Alive: 5\r\nTE: trailers\r\nUpgrade: x\r\nProxy-Authorization: secret\r\nX-Own: 1\r\n";
    const text = request("/api/v1/x%20y?a=%2Fb&a=c", hops).replace("Connection: close", "Connection: close, X-Own");
    expect(await raw(text)).toContain("leader");
    const [seen] = heard;
    expect(seen?.url).toBe("/api/v1/x%20y?a=%2Fb&a=c");
    expect(seen?.headers).toMatchObject({ host: "cmswatch.example", authorization: "Bearer s3cret" });
    for (const name of ["te", "upgrade", "proxy-authorization", "x-own"]) {
      expect(seen?.headers).not.toHaveProperty(name);
    }
  });

  it("ends a request that comes around", async () => {
    standby.leaderIs(`http://127.0.0.1:${standby.port}`);
    expect(await raw(request("/page"))).toMatch(/ 508 [\s\S]*web\.advertise/);
  });

  it("passes on what a body of any kind holds", async () => {
    let body = "";
    play = (incoming, response) => {
      incoming.on("data", (chunk) => {
        body += chunk;
      });
      incoming.on("end", () => response.end("leader"));
    };
    const text =
      'POST /x HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 9\r\nConnection: close\r\n\r\n{"broken"';
    expect(await raw(text)).toContain("leader");
    expect(body).toBe('{"broken"');
  });
});

describe("a leader in trouble", () => {
  it("that dies mid-answer leaves the client with an answer that is visibly cut off", async () => {
    play = (_, response) => {
      response.writeHead(200, { "Content-Type": "text/plain" });
      response.write("first half", () => setTimeout(() => response.destroy(), 20));
    };
    const answer = await raw(request("/page"));
    expect(answer).toContain("first half");
    expect(answer.endsWith("0\r\n\r\n")).toBe(false);
  });

  it("makes its standbys not ready when it takes connections and answers nothing", async () => {
    const frozen = createTcpServer(() => {});
    await new Promise<void>((resolve) => frozen.listen(0, "127.0.0.1", resolve));
    standby.leaderIs(`http://127.0.0.1:${portOf(frozen)}`);
    const answer = await fetch(`http://127.0.0.1:${standby.port}/readyz`);
    expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining("takes longer than 2000 ms")]);
    frozen.close();
  });
});
