import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { answerFault, type OperationName, requestFault } from "./published-api.ts";

interface Stored {
  id: number;
  dashboardUID: string;
  dashboardId: number;
  time: number;
  timeEnd: number;
  text: string;
  tags: string[];
}

export interface StandInOptions {
  readonly dashboards: readonly { id?: number; uid?: string; title: string; tags: string[] }[];
  /** As versions before 9: `dashboardUID` is not known and ignored. */
  readonly ignoresUid?: boolean;
  /** Refuses dashboards by uid, as a broken provisioned one does. */
  readonly refusesUid?: boolean;
}

/** A Grafana made of its search and annotation API, on loopback; what it is asked and answers is held to the published description. */
export async function startGrafana(options: StandInOptions) {
  const stored: Stored[] = [];
  const requests: string[] = [];
  let fail: number | null = null;
  let next = 1;
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    requests.push(`${request.method} ${url.pathname}`);
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk as Buffer);
    }
    const body: unknown = chunks.length === 0 ? undefined : JSON.parse(Buffer.concat(chunks).toString());
    const answer = (status: number, data: unknown) =>
      response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(data));
    if (fail !== null) {
      return answer(fail, { message: "out of order" });
    }
    if (request.headers.authorization !== "Bearer secret") {
      return answer(401, { message: "Unauthorized" });
    }
    const operation = operationOf(request.method ?? "", url.pathname);
    if (operation === null) {
      return answer(404, { message: "Not found" });
    }
    const fault = requestFault(operation, url.searchParams, body);
    if (fault !== null) {
      return answer(400, { message: fault });
    }
    const [status, data] = carryOut(operation, url, body as Partial<Stored>);
    const wrong = status === 200 ? answerFault(operation, data) : null;
    return wrong === null ? answer(status, data) : answer(500, { message: `the stand-in answers wrongly: ${wrong}` });
  };
  const carryOut = (operation: OperationName, url: URL, body: Partial<Stored>): [number, unknown] => {
    switch (operation) {
      case "search": {
        const tag = url.searchParams.get("tag") ?? "";
        return [200, options.dashboards.filter((dashboard) => dashboard.tags.includes(tag))];
      }
      case "find":
        return [200, find(url.searchParams)];
      case "create":
        return post(body);
      default: {
        const known = stored.find((entry) => entry.id === Number(url.pathname.split("/").at(-1)));
        if (known === undefined) {
          return [404, { message: "annotation not found" }];
        }
        if (operation === "update") {
          Object.assign(known, body);
          return [200, { message: "Annotation updated" }];
        }
        stored.splice(stored.indexOf(known), 1);
        return [200, { message: "Annotation deleted" }];
      }
    }
  };
  const find = (query: URLSearchParams): readonly Stored[] => {
    const wanted = query.getAll("tags");
    const [from, to] = [Number(query.get("from")), Number(query.get("to"))];
    return stored.filter(
      (entry) => wanted.every((tag) => entry.tags.includes(tag)) && entry.timeEnd >= from && entry.time <= to,
    );
  };
  const post = (body: Partial<Stored>): [number, unknown] => {
    const uid = options.ignoresUid === true ? undefined : body.dashboardUID;
    if (options.refusesUid === true && uid !== undefined) {
      return [404, { message: "dashboard not found" }];
    }
    const dashboard = options.dashboards.find((entry) =>
      uid === undefined ? entry.id === body.dashboardId : entry.uid === uid,
    );
    const time = body.time ?? 0;
    const entry = {
      id: next++,
      dashboardUID: dashboard?.uid ?? "",
      dashboardId: dashboard?.id ?? 0,
      time,
      timeEnd: body.timeEnd ?? time,
      text: body.text ?? "",
      tags: body.tags ?? [],
    };
    stored.push(entry);
    return [200, { message: "Annotation added", id: entry.id }];
  };
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stored,
    requests,
    failWith: (status: number | null) => {
      fail = status;
    },
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

function operationOf(method: string, path: string): OperationName | null {
  if (/^\/api\/annotations\/\d+$/.test(path)) {
    return method === "PUT" ? "update" : method === "DELETE" ? "remove" : null;
  }
  const key = `${method} ${path}`;
  return key === "GET /api/search"
    ? "search"
    : key === "GET /api/annotations"
      ? "find"
      : key === "POST /api/annotations"
        ? "create"
        : null;
}
