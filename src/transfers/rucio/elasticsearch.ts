import { Address } from "../../alert/address.ts";
import { type Ask, createAsk, type HttpTools, type IndexOptions } from "./http.ts";
import { openedSchema, type Page, pageSchema, rootSchema } from "./schema.ts";
import { type EventSource, EventSourceError, type StoredEvent } from "./source.ts";

/** Elasticsearch and OpenSearch open points in time at different addresses, and break ties of times differently. */
interface Dialect {
  readonly open: (index: string) => string;
  readonly close: readonly [path: string, body: (id: string) => unknown];
  /** Sort key after the time; null where the server adds one of its own. */
  readonly tiebreaker: string | null;
}

const KEEP_ALIVE = "3m";
const FEWEST = 50;

const ELASTICSEARCH: Dialect = {
  open: (index) => `/${index}/_pit?keep_alive=${KEEP_ALIVE}`,
  close: ["/_pit", (id) => ({ id })],
  tiebreaker: null,
};

/**
 * Reads events of an index in time order with `search_after` inside a point in time: what is written meanwhile neither
 * shifts pages nor is lost, it comes at the next walk. Answers that are cut short are failures, never few events.
 */
export function createElasticsearchSource(options: IndexOptions, tools: HttpTools): EventSource {
  const ask = createAsk(options, tools);
  const name = `${Address.from(options.url)}/${options.index}`;
  let dialect: Dialect | null = null;
  return {
    name,
    async *since(from, signal) {
      dialect ??= await findDialect(ask, name, signal);
      const index = options.index.split(",").map(encodeURIComponent).join(",");
      const opened = openedSchema.safeParse(await ask("POST", dialect.open(index), undefined, signal));
      if (!opened.success) {
        throw new EventSourceError(
          `${name}: gave no point in time — is this Elasticsearch 7.12 or later, or OpenSearch 2.4 or later?`,
          {
            passing: false,
          },
        );
      }
      const walk = { ask, options, dialect, name, pit: opened.data, from, signal };
      try {
        yield* pages(walk);
      } finally {
        const [path, body] = dialect.close;
        await ask("DELETE", path, body(walk.pit), AbortSignal.timeout(options.timeout)).catch(() => {});
      }
    },
  };
}

interface Walk {
  readonly ask: Ask;
  readonly options: IndexOptions;
  readonly dialect: Dialect;
  readonly name: string;
  /** Changes on the way: each page may give a new one. */
  pit: string;
  readonly from: number;
  readonly signal: AbortSignal;
}

async function* pages(walk: Walk): AsyncGenerator<readonly StoredEvent[]> {
  let size = walk.options.pageSize;
  let after: readonly unknown[] | null = null;
  for (;;) {
    let page: Page;
    try {
      page = await onePage(walk, size, after);
    } catch (error) {
      if (error instanceof EventSourceError && error.tooLarge && size > FEWEST) {
        size = Math.max(FEWEST, Math.floor(size / 4));
        continue;
      }
      throw error;
    }
    walk.pit = page.pit_id ?? walk.pit;
    const { hits } = page.hits;
    const last = hits.at(-1);
    if (last === undefined) {
      return;
    }
    yield hits.map(({ _id, _source, sort }) => ({ id: _id, at: timeOf(sort[0], walk), document: _source }));
    if (hits.length < size) {
      return;
    }
    after = last.sort;
  }
}

async function onePage(walk: Walk, size: number, after: readonly unknown[] | null): Promise<Page> {
  const { options, dialect, name, from, signal } = walk;
  const { timeField, query } = options;
  const body = {
    size,
    track_total_hits: false,
    pit: { id: walk.pit, keep_alive: KEEP_ALIVE },
    query: {
      bool: {
        filter: [{ range: { [timeField]: { gte: from, format: "epoch_millis" } } }, { query_string: { query } }],
      },
    },
    sort: [
      { [timeField]: { order: "asc" } },
      ...(dialect.tiebreaker === null ? [] : [{ [dialect.tiebreaker]: "asc" }]),
    ],
    ...(after === null ? {} : { search_after: after }),
  };
  const parsed = pageSchema.safeParse(await walk.ask("POST", "/_search", body, signal));
  if (!parsed.success) {
    throw new EventSourceError(`${name}: that is not a page of events — check transfers.elasticsearch.url`, {
      passing: false,
    });
  }
  const { timed_out, _shards } = parsed.data;
  if (timed_out || _shards.failed > 0) {
    const what = timed_out ? "it ran out of time" : `${_shards.failed} of ${_shards.total} shards failed`;
    throw new EventSourceError(`${name}: the answer is not whole: ${what}`, { passing: true });
  }
  return parsed.data;
}

function timeOf(value: unknown, { name, options }: Walk): number {
  // Times in nanoseconds come as text.
  const number = typeof value === "string" ? Number(value) : value;
  if (typeof number !== "number" || !Number.isFinite(number)) {
    throw new EventSourceError(
      `${name}: ${options.timeField} is not a time — name the date field in transfers.elasticsearch.timeField`,
      {
        passing: false,
      },
    );
  }
  return number > 1e15 ? number / 1e6 : number;
}

async function findDialect(ask: Ask, name: string, signal: AbortSignal): Promise<Dialect> {
  const root = rootSchema.safeParse(await ask("GET", "/", undefined, signal));
  if (!root.success) {
    throw new EventSourceError(`${name}: does not say which version it is — is this Elasticsearch or OpenSearch?`, {
      passing: false,
    });
  }
  const { number, distribution } = root.data.version;
  if (distribution !== "opensearch") {
    return ELASTICSEARCH;
  }
  const [major = 0, minor = 0] = number.split(".").map(Number);
  return {
    open: (index) => `/${index}/_search/point_in_time?keep_alive=${KEEP_ALIVE}`,
    close: ["/_search/point_in_time", (id) => ({ pit_id: [id] })],
    // `_shard_doc` is known from 3.3 on.
    tiebreaker: major > 3 || (major === 3 && minor >= 3) ? "_shard_doc" : "_doc",
  };
}
