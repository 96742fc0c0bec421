import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";

export interface StoredDocument {
  readonly id: string;
  /** Unix milliseconds. */
  readonly at: number;
  readonly source: Record<string, unknown>;
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: Record<string, unknown>;
  readonly authorization: string | undefined;
}

export interface StandIn {
  readonly url: string;
  readonly asked: Asked[];
  readonly documents: StoredDocument[];
  /** Points in time that are open. */
  readonly open: Set<string>;
  /** Answers once with this instead. */
  readonly faults: { status: number; body: unknown }[];
  close(): Promise<void>;
}

/**
 * A server on loopback that searches as Elasticsearch and OpenSearch do, in the shape of their recorded answers: points in
 * time see what was there when they were opened, ties of time are broken by place.
 */
export async function elasticsearchStandIn(
  kind: "elasticsearch" | "opensearch",
  version: string,
  tls: ServerOptions | null = null,
): Promise<StandIn> {
  const asked: Asked[] = [];
  const documents: StoredDocument[] = [];
  const snapshots = new Map<string, readonly StoredDocument[]>();
  const open = new Set<string>();
  const faults: { status: number; body: unknown }[] = [];
  let opened = 0;

  function openPoint(): string {
    const id = `point-${++opened}`;
    snapshots.set(id, [...documents]);
    open.add(id);
    return id;
  }

  function search(body: Record<string, unknown>): { status: number; body: unknown } {
    const {
      pit,
      size,
      search_after: after,
      query,
      sort,
    } = body as {
      pit: { id: string };
      size: number;
      search_after?: [number, number];
      query: { bool: { filter: [{ range: Record<string, { gte: number }> }] } };
      sort: Record<string, unknown>[];
    };
    const seen = snapshots.get(pit.id);
    if (seen === undefined || !open.has(pit.id)) {
      const reason = `No search context found for id [${pit.id}]`;
      return { status: 404, body: { error: { type: "search_context_missing_exception", reason }, status: 404 } };
    }
    if (kind === "opensearch" && sort.length < 2) {
      throw new Error("OpenSearch breaks no ties by itself");
    }
    const [range] = Object.values(query.bool.filter[0].range);
    const hits = seen
      .map((document, place) => ({ ...document, place }))
      .filter(({ at }) => at >= (range?.gte ?? 0))
      .sort((a, b) => a.at - b.at || a.place - b.place)
      .filter(({ at, place }) => after === undefined || at > after[0] || (at === after[0] && place > after[1]))
      .slice(0, size);
    return {
      status: 200,
      body: {
        took: 3,
        timed_out: false,
        pit_id: pit.id,
        _shards: { total: 5, successful: 5, skipped: 0, failed: 0 },
        hits: {
          max_score: null,
          hits: hits.map(({ id, at, source, place }) => ({
            _index: "events-1",
            _id: id,
            _score: null,
            _source: source,
            sort: [at, place],
          })),
        },
      },
    };
  }

  function answer({ method, path, body }: Asked): { status: number; body: unknown } {
    const [route = ""] = path.split("?");
    const isPoint = kind === "elasticsearch" ? /^\/[^/]+\/_pit$/ : /^\/[^/]+\/_search\/point_in_time$/;
    if (method === "GET" && route === "/") {
      const about = { number: version, build_flavor: "default", lucene_version: "9.8.0" };
      return {
        status: 200,
        body: { name: "node-1", version: kind === "opensearch" ? { ...about, distribution: kind } : about },
      };
    }
    if (method === "POST" && isPoint.test(route)) {
      const id = openPoint();
      return { status: 200, body: kind === "elasticsearch" ? { id } : { pit_id: id, creation_time: 1 } };
    }
    if (method === "DELETE") {
      open.delete(kind === "elasticsearch" ? String(body["id"]) : String((body["pit_id"] as string[])[0]));
      return { status: 200, body: { succeeded: true, num_freed: 1 } };
    }
    return method === "POST" && route === "/_search" ? search(body) : { status: 404, body: { error: "no such route" } };
  }

  const listener: RequestListener = async (request, response) => {
    let text = "";
    for await (const chunk of request) {
      text += String(chunk);
    }
    const question = {
      method: request.method ?? "",
      path: request.url ?? "",
      body: text === "" ? {} : JSON.parse(text),
      authorization: request.headers.authorization,
    };
    asked.push(question);
    const { status, body } = faults.shift() ?? answer(question);
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  };
  const server = tls === null ? createServer(listener) : createTlsServer(tls, listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `${tls === null ? "http" : "https"}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    documents,
    open,
    faults,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
