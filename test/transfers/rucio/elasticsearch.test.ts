import { afterEach, describe, expect, it } from "vitest";
import { Address } from "../../../src/alert/address.ts";
import { configSchema } from "../../../src/config/schema.ts";
import { createElasticsearchSource } from "../../../src/transfers/rucio/elasticsearch.ts";
import type { IndexOptions } from "../../../src/transfers/rucio/http.ts";
import { EventSourceError, type StoredEvent } from "../../../src/transfers/rucio/source.ts";
import { elasticsearchStandIn, type StandIn } from "./stand-in.ts";

let server: StandIn;
afterEach(() => server.close());

const never = new AbortController().signal;
const pauses: number[] = [];

function sourceOf(options: Partial<IndexOptions> = {}) {
  const { transfers } = configSchema.parse({ transfers: { elasticsearch: { url: server.url } } });
  pauses.length = 0;
  const pause = async (milliseconds: number) => void pauses.push(milliseconds);
  return createElasticsearchSource({ ...(transfers.elasticsearch as IndexOptions), ...options }, { pause });
}

function write(count: number, at: (i: number) => number): void {
  for (let i = 0; i < count; i++) {
    server.documents.push({ id: `d${server.documents.length}`, at: at(i), source: { data: { bytes: i } } });
  }
}

async function collect(walk: AsyncIterable<readonly StoredEvent[]>): Promise<StoredEvent[][]> {
  const found: StoredEvent[][] = [];
  for await (const page of walk) {
    found.push([...page]);
  }
  return found;
}

const ids = (pages: readonly StoredEvent[][]) => pages.flat().map(({ id }) => id);

describe.each([
  ["elasticsearch", "8.13.4", undefined],
  ["opensearch", "2.11.0", "_doc"],
  ["opensearch", "3.3.0", "_shard_doc"],
] as const)("events of %s %s", (kind, version, tiebreaker) => {
  it("come page by page in order of time, each once, also those of one moment", async () => {
    server = await elasticsearchStandIn(kind, version);
    write(25, (i) => 1000 * Math.floor(i / 7));
    const pages = await collect(sourceOf({ pageSize: 5 }).since(0, never));
    expect(pages.map((page) => page.length)).toEqual([5, 5, 5, 5, 5]);
    expect(new Set(ids(pages)).size).toBe(25);
    expect(pages[0]?.[0]).toEqual({ id: "d0", at: 0, document: { data: { bytes: 0 } } });
    const [sort] = server.asked.flatMap(({ path, body }) => (path === "/_search" ? [body["sort"] as object[]] : []));
    expect(sort?.[1]).toEqual(tiebreaker === undefined ? undefined : { [tiebreaker]: "asc" });
  });

  it("are read from one point in time, which is given back", async () => {
    server = await elasticsearchStandIn(kind, version);
    write(8, (i) => i);
    const seen: StoredEvent[][] = [];
    for await (const page of sourceOf({ pageSize: 5 }).since(3, never)) {
      seen.push([...page]);
      write(3, () => 4);
    }
    expect(ids(seen)).toEqual(["d3", "d4", "d5", "d6", "d7"]);
    expect(server.open.size).toBe(0);
  });

  it("leave no point in time open when the reader stops in the middle, or it fails", async () => {
    server = await elasticsearchStandIn(kind, version);
    write(12, (i) => i);
    for await (const page of sourceOf({ pageSize: 5 }).since(0, never)) {
      expect(page).toHaveLength(5);
      break;
    }
    expect(server.open.size).toBe(0);
    const walk = sourceOf({ pageSize: 5 }).since(0, never);
    await walk.next();
    server.faults.push({ status: 400, body: { error: { type: "parsing_exception", reason: "no [x]" }, status: 400 } });
    await expect(walk.next()).rejects.toThrow("parsing_exception: no [x] — fix transfers.elasticsearch.query");
    expect(server.open.size).toBe(0);
  });
});

describe("a source in trouble", () => {
  const fault = (status: number, reason: string) => ({
    status,
    body: { error: { type: "some_exception", reason }, status },
  });

  it("is asked again after growing pauses when it is busy", async () => {
    server = await elasticsearchStandIn("elasticsearch", "8.13.4");
    write(3, (i) => i);
    server.faults.push(fault(429, "too many requests"), fault(503, "no master"));
    expect(ids(await collect(sourceOf().since(0, never)))).toHaveLength(3);
    expect(pauses).toEqual([500, 1000]);
  });

  it("is given up after four tries, and not asked again where that is no use", async () => {
    server = await elasticsearchStandIn("elasticsearch", "8.13.4");
    server.faults.push(...Array(4).fill(fault(503, "no master")));
    await expect(collect(sourceOf().since(0, never))).rejects.toThrow("got 503 some_exception: no master");
    server.faults.push(fault(403, "no right"));
    await expect(collect(sourceOf().since(0, never))).rejects.toThrow(/403 .* — check token, apiKey or user/);
    expect(pauses).toEqual([]);
  });

  const whole = { timed_out: false, _shards: { total: 5, failed: 0 }, hits: { hits: [] } };
  it.each([
    ["ran out of time", { ...whole, timed_out: true }],
    ["2 of 5 shards failed", { ...whole, _shards: { total: 5, failed: 2 } }],
    ["not a page of events", { hello: "world" }],
    ["not a page of events", "<html>sign in</html>"],
  ])("has not simply no events: %s", async (what, body) => {
    server = await elasticsearchStandIn("elasticsearch", "8.13.4");
    const source = sourceOf();
    await collect(source.since(0, never));
    const walk = source.since(0, never);
    server.faults.push({ status: 200, body: { id: "point-1" } }, { status: 200, body });
    await expect(walk.next()).rejects.toThrow(what);
  });

  it("is asked for smaller pages when they are too large", async () => {
    server = await elasticsearchStandIn("elasticsearch", "8.13.4");
    write(300, (i) => i);
    const pages = await collect(sourceOf({ pageSize: 300, maxBytes: 12_000 }).since(0, never));
    expect(pages.map((page) => page.length)).toEqual([75, 75, 75, 75]);
  });

  it("is no source when it is something else, or its time field is no time", async () => {
    server = await elasticsearchStandIn("elasticsearch", "8.13.4");
    server.faults.push({ status: 200, body: { hello: "world" } });
    await expect(collect(sourceOf().since(0, never))).rejects.toThrow("does not say which version it is");
    const source = sourceOf();
    await collect(source.since(0, never));
    const hits = [{ _id: "a", _source: {}, sort: ["monday", 1] }];
    server.faults.push({ status: 200, body: { id: "point-1" } }, { status: 200, body: { ...whole, hits: { hits } } });
    await expect(source.since(0, never).next()).rejects.toThrow("metadata.timestamp is not a time");
  });

  it("that is away says where it was looked for", async () => {
    server = await elasticsearchStandIn("elasticsearch", "8.13.4");
    const source = sourceOf();
    await server.close();
    const failed = collect(source.since(0, never));
    await expect(failed).rejects.toBeInstanceOf(EventSourceError);
    await expect(failed).rejects.toThrow("ECONNREFUSED — check transfers.elasticsearch.url");
    expect(pauses).toHaveLength(3);
  });

  it("ends at once when it is told to stop", async () => {
    server = await elasticsearchStandIn("elasticsearch", "8.13.4");
    const stop = new AbortController();
    stop.abort(new Error("enough"));
    await expect(collect(sourceOf().since(0, stop.signal))).rejects.toThrow("enough");
  });
});

describe("secrets", () => {
  it.each([
    [{ token: "t" }, "Bearer t"],
    [{ apiKey: "k" }, "ApiKey k"],
    [{ user: "ada", password: "pw" }, `Basic ${Buffer.from("ada:pw").toString("base64")}`],
  ])("go along: %j", async (secret, header) => {
    server = await elasticsearchStandIn("elasticsearch", "8.13.4");
    await collect(sourceOf(secret).since(0, never));
    expect(new Set(server.asked.map(({ authorization }) => authorization))).toEqual(new Set([header]));
  });

  it("are never sent unencrypted to another machine", async () => {
    server = await elasticsearchStandIn("elasticsearch", "8.13.4");
    expect(() => sourceOf({ url: Address.parse("http://es.example:9200"), token: "t" })).toThrow("use https");
    expect(() => sourceOf({ url: Address.parse("https://es.example:9200"), tls: { ca: "none.pem" } })).toThrow(
      "cannot be read: none.pem",
    );
  });
});
