import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** How an Alertmanager shows that it is one. */
export const STATUS = {
  cluster: { status: "disabled" },
  versionInfo: { version: "0.28.0" },
  config: { original: "global:\n  resolve_timeout: 5m\n" },
  uptime: "2026-01-01T00:00:00.000Z",
};

/** What a stand-in answers to one request. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** A server that answers as it is told, for faults that a real one does not show on demand. */
export interface StandIn {
  readonly url: string;
  readonly seen: SeenRequest[];
  /** Answer to `GET /api/v2/status`; null: `answer` plays it too. */
  status: unknown;
  /** What it does from now on; `hang` never answers. */
  answer: (request: SeenRequest) => Answer | "hang";
  close(): Promise<void>;
}

export async function startStandIn(answer: StandIn["answer"]): Promise<StandIn> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk as Buffer);
    }
    const seen: SeenRequest = {
      method: request.method ?? "",
      path: request.url ?? "",
      headers: request.headers,
      body: Buffer.concat(chunks).toString("utf8"),
    };
    // A post is followed by the question who it was sent to: not part of what a test plays.
    const isProof = seen.path === "/api/v2/status" && standIn.status !== null;
    if (!isProof) {
      standIn.seen.push(seen);
    }
    const given = isProof ? { status: 200, body: standIn.status } : standIn.answer(seen);
    if (given !== "hang") {
      response.writeHead(given.status, { "content-type": "application/json", ...given.headers });
      response.end(given.body === undefined ? undefined : JSON.stringify(given.body));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const standIn: StandIn = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen: [],
    status: STATUS,
    answer,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return standIn;
}
