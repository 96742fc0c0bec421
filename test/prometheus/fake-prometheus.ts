import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface Asked {
  readonly path: string;
  readonly form: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}
export interface Reply {
  readonly status?: number;
  readonly body: unknown;
}

/** A server on loopback that answers as a test wants, and remembers what it was asked. */
export async function fakePrometheus(answer: (asked: Asked, count: number) => Reply) {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) {
      text += String(chunk);
    }
    const question = { path: request.url ?? "", form: new URLSearchParams(text), headers: request.headers };
    asked.push(question);
    const { status = 200, body } = answer(question, asked.length);
    response.writeHead(status, { "content-type": "application/json" });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function matrix(...series: { labels?: Record<string, string>; values: [number, string][] }[]) {
  const result = series.map(({ labels = {}, values }) => ({ metric: labels, values }));
  return { status: "success", data: { resultType: "matrix", result } };
}
