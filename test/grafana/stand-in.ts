import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Ajv } from "ajv";

interface Stored {
  id: number;
  dashboardUID: string;
  dashboardId: number;
  time: number;
  timeEnd: number;
  text: string;
  tags: string[];
}

const millis = { type: "integer", minimum: 1_000_000_000_000 };
const tags = { type: "array", items: { type: "string" } };
/** Bodies as Grafana's API description gives them (PostAnnotationsCmd, UpdateAnnotationsCmd); more is refused here. */
const ajv = new Ajv();
const isPost = ajv.compile({
  type: "object",
  required: ["text"],
  additionalProperties: false,
  properties: {
    dashboardId: { type: "integer" },
    dashboardUID: { type: "string", minLength: 1 },
    panelId: { type: "integer" },
    time: millis,
    timeEnd: millis,
    text: { type: "string" },
    tags,
    data: { type: "object" },
  },
});
const isPut = ajv.compile({
  type: "object",
  additionalProperties: false,
  properties: { time: millis, timeEnd: millis, text: { type: "string" }, tags },
});

export interface StandInOptions {
  readonly dashboards: readonly { id?: number; uid?: string; title: string; tags: string[] }[];
  /** As versions before 9: `dashboardUID` is not known and ignored. */
  readonly ignoresUid?: boolean;
  /** Refuses dashboards by uid, as a broken provisioned one does. */
  readonly refusesUid?: boolean;
}

/** A Grafana made of its search and annotation API, on loopback. */
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
    const id = Number(/\/api\/annotations\/(\d+)$/.exec(url.pathname)?.[1] ?? Number.NaN);
    if (fail !== null) {
      return answer(fail, { message: "out of order" });
    }
    if (request.headers.authorization !== "Bearer secret") {
      return answer(401, { message: "Unauthorized" });
    }
    if (request.method === "GET" && url.pathname === "/api/search") {
      const tag = url.searchParams.get("tag") ?? "";
      return answer(
        200,
        options.dashboards.filter((dashboard) => dashboard.tags.includes(tag)),
      );
    }
    if (request.method === "GET" && url.pathname === "/api/annotations") {
      const wanted = url.searchParams.getAll("tags");
      const [from, to] = [Number(url.searchParams.get("from")), Number(url.searchParams.get("to"))];
      return answer(
        200,
        stored.filter(
          (entry) => wanted.every((tag) => entry.tags.includes(tag)) && entry.timeEnd >= from && entry.time <= to,
        ),
      );
    }
    if (request.method === "POST" && url.pathname === "/api/annotations") {
      return isPost(body)
        ? post(body as Partial<Stored>, answer)
        : answer(400, { message: ajv.errorsText(isPost.errors) });
    }
    const known = stored.find((entry) => entry.id === id);
    if (known === undefined) {
      return answer(404, { message: "annotation not found" });
    }
    if (request.method === "PUT") {
      return isPut(body)
        ? answer(200, { message: "Annotation updated", ...Object.assign(known, body) })
        : answer(400, { message: ajv.errorsText(isPut.errors) });
    }
    stored.splice(stored.indexOf(known), 1);
    return answer(200, { message: "Annotation deleted" });
  };
  const post = (body: Partial<Stored>, answer: (status: number, data: unknown) => unknown) => {
    const uid = options.ignoresUid === true ? undefined : body.dashboardUID;
    if (options.refusesUid === true && uid !== undefined) {
      return answer(404, { message: "dashboard not found" });
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
    return answer(200, { message: "Annotation added", id: entry.id });
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
