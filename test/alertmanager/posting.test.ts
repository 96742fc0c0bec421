import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { Alert } from "../../src/alert/alert.ts";
import { clientOf } from "./clients.ts";
import { alert } from "./contract.ts";
import { STATUS } from "./stand-in.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

/** A server that answers each post a moment later, and notes what arrived and how many it had at once. */
async function slowServer(statusOf: (turn: number) => number = () => 200) {
  const seen = { sizes: [] as number[], firsts: [] as string[], most: 0 };
  let open = 0;
  const server = createServer((request, response) => {
    if (request.url === "/api/v2/status") {
      response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(STATUS));
      return;
    }
    const turn = seen.sizes.length;
    const chunks: Buffer[] = [];
    seen.most = Math.max(seen.most, ++open);
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as { labels: { n: string } }[];
      seen.sizes.push(body.length);
      seen.firsts.push(body[0]?.labels.n ?? "");
      setTimeout(() => {
        open--;
        response.writeHead(statusOf(turn), { "Content-Type": "application/json" }).end();
      }, 20);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

const many = (count: number): Alert[] =>
  Array.from({ length: count }, (_, n) => alert({ alertname: "x", n: String(n) }));

describe("many alerts", () => {
  it("are posted in two requests at once, all of them", async () => {
    const { url, seen } = await slowServer();
    await clientOf([url]).post(many(3500));
    expect(seen.most).toBe(2);
    expect(seen.sizes.toSorted((left, right) => left - right)).toEqual([500, 1000, 1000, 1000]);
  });

  it("go one request after the other where an alert is among them twice: its later state must arrive later", async () => {
    const { url, seen } = await slowServer();
    const [first, ...others] = many(2500);
    await clientOf([url]).post([first as Alert, ...others, first as Alert]);
    expect(seen.most).toBe(1);
    expect(seen.firsts).toEqual(["0", "1000", "2000"]);
  });

  it("are given up after a failure: no further request is begun", async () => {
    const { url, seen } = await slowServer((turn) => (turn === 0 ? 401 : 200));
    await expect(clientOf([url]).post(many(9000))).rejects.toThrow(/401/);
    expect(seen.sizes.length).toBeLessThanOrEqual(3);
  });

  it("that are refused say so after all have been sent", async () => {
    const { url, seen } = await slowServer((turn) => (turn === 1 ? 400 : 200));
    await expect(clientOf([url]).post(many(4000))).rejects.toThrow(/400/);
    expect(seen.sizes).toHaveLength(4);
  });
});
