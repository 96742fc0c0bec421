import { mkdirSync } from "node:fs";
import type { Labels } from "../../alert/alert.ts";
import { own, putOwn } from "../../alert/own.ts";
import { UserError } from "../../alert/user-error.ts";
import { type MetricSource, MetricSourceError, type Series } from "../source.ts";
import { MAX_POINTS } from "../split.ts";
import { JOINED, openSeriesFiles, type SeriesFiles, seriesPath } from "./files.ts";
import { type CollectState, type Job, openState, saveState } from "./state.ts";

const MAX_SERIES = 20_000;
const FIRST_PART = 1000;
/** Points in one answer to aim at: about 10 MB of JSON. */
const POINTS_A_PART = 400_000;

/** How far it is. */
export interface CollectProgress {
  /** 0 to 1. */
  readonly share: number;
  readonly metric: string;
  readonly series: number;
  readonly rows: number;
}

export interface CollectOptions extends Job {
  readonly folder: string;
  readonly onProgress?: (progress: CollectProgress) => void;
  readonly signal?: AbortSignal;
}

/** What was collected. */
export interface CollectResult {
  readonly series: number;
  /** Rows written by this run. */
  readonly rows: number;
  /** True when an earlier run had begun it. */
  readonly resumed: boolean;
  /** Queries that gave no series in the whole range. */
  readonly empty: readonly string[];
  /** Entity → labels of its series. */
  readonly entities: Readonly<Record<string, Labels>>;
}

/**
 * Writes every series of the queries to a table per metric and entity. It asks for parts of the range that hold few
 * enough points for memory, and notes after each what is done: a run that was interrupted, however, goes on there and
 * gives the same tables.
 * @throws UserError for two series of one entity, too many series, or another collection in the folder
 * @throws MetricSourceError when the source does not answer in the end
 */
export async function collect(source: MetricSource, options: CollectOptions): Promise<CollectResult> {
  mkdirSync(options.folder, { recursive: true });
  const reserved = options.queries.find(({ metric }) => metric === JOINED);
  if (reserved !== undefined) {
    throw new UserError(`a metric cannot be called "${JOINED}"`, reserved.of, "give it another name");
  }
  const state = openState(options.folder, options);
  const resumed = state.queries.some(({ done }) => done !== null);
  const files = openSeriesFiles(
    options.folder,
    options.queries.map(({ metric }) => metric),
    new Map(Object.entries(state.sizes)),
  );
  const empty: string[] = [];
  for (let index = 0; index < options.queries.length; index++) {
    if ((await collectQuery(source, options, state, files, index)) === 0) {
      empty.push(`${options.queries[index]?.of}: ${options.queries[index]?.query}`);
    }
  }
  return { series: files.sizes.size, rows: files.rows, resumed, empty, entities: state.entities };
}

/** Collects one query from where it stopped; gives how many series it has had in this run or before. */
async function collectQuery(
  source: MetricSource,
  options: CollectOptions,
  state: CollectState,
  files: SeriesFiles,
  index: number,
): Promise<number> {
  const { queries, start, end, step, folder, signal } = options;
  const query = queries[index];
  const progress = state.queries[index];
  if (query === undefined || progress === undefined) {
    return 0;
  }
  const seen = new Set<string>();
  let points = FIRST_PART;
  let most = MAX_POINTS;
  let from = progress.done === null ? start.getTime() : progress.done + step;
  const before = progress.done === null ? 0 : countOf(files, query.metric);
  while (from <= end.getTime()) {
    const to = Math.min(from + (points - 1) * step, end.getTime());
    let answer: readonly Series[];
    try {
      answer = await source.range(query.query, new Date(from), new Date(to), step, signal);
    } catch (error) {
      const asked = Math.floor((to - from) / step) + 1;
      if (error instanceof MetricSourceError && error.tooLarge && asked > 1) {
        most = Math.ceil(asked / 4);
        points = most;
        continue;
      }
      throw error;
    }
    write(answer, query, state, files, seen);
    progress.done = from + Math.floor((to - from) / step) * step;
    state.sizes = Object.fromEntries(files.sizes);
    saveState(folder, state);
    from = progress.done + step;
    points = Math.max(1, Math.min(most, Math.floor(POINTS_A_PART / Math.max(1, answer.length))));
    const inQuery = Math.min(1, (from - start.getTime()) / Math.max(1, end.getTime() - start.getTime()));
    options.onProgress?.({
      share: (index + inQuery) / queries.length,
      metric: query.metric,
      series: files.sizes.size,
      rows: files.rows,
    });
  }
  return seen.size + before;
}

function write(
  answer: readonly Series[],
  query: CollectOptions["queries"][number],
  state: CollectState,
  files: SeriesFiles,
  seen: Set<string>,
): void {
  const inPart = new Map<string, Labels>();
  for (const series of answer) {
    const entity = query.entity(series.labels);
    if (entity === null) {
      continue;
    }
    const other = inPart.get(entity);
    if (other !== undefined) {
      throw new UserError(
        `two series are ${query.metric} of ${entity}: ${JSON.stringify(other)} and ${JSON.stringify(series.labels)}`,
        query.of,
        "aggregate in the query (sum by …), or name more labels in --by",
      );
    }
    inPart.set(entity, series.labels);
    seen.add(entity);
    putOwn(state.entities, entity, own(state.entities, entity) ?? { ...series.labels });
    files.append(seriesPath(query.metric, entity), series);
    if (files.sizes.size > MAX_SERIES) {
      throw new UserError(`gives more than ${MAX_SERIES} series`, query.of, "narrow the query, or aggregate in it");
    }
  }
}

function countOf(files: SeriesFiles, metric: string): number {
  const folder = seriesPath(metric, "x").split(/[\\/]/)[0] ?? "";
  return [...files.sizes.keys()].filter((path) => path.startsWith(folder)).length;
}
