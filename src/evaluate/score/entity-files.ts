import { basename } from "node:path";
import { UserError } from "../../alert/user-error.ts";
import { createFleet, type FleetScore } from "../../detect/fleet/fleet.ts";
import { openSeries, type SeriesFile, type SeriesRow } from "../../files/frame-csv.ts";

const MAX_ROWS = 5_000_000;
/** Entities are compared minute by minute: rows within this many seconds count as one time. */
const ROUND = 60;

/** One entity's file, read. */
export interface EntityFile {
  readonly path: string;
  readonly series: SeriesFile;
  readonly rows: readonly SeriesRow[];
}

/** Files of a folder that have times, one per entity, and the paths of those that have none. */
export interface EntityFolder {
  readonly entities: readonly EntityFile[];
  readonly untimed: readonly string[];
  /** Metrics of all of them. */
  readonly metrics: readonly string[];
}

/** @throws UserError where no file has times, or one cannot be read */
export async function readEntities(files: readonly string[], folder: string): Promise<EntityFolder> {
  const entities: EntityFile[] = [];
  const untimed: string[] = [];
  for (const path of csvFiles(files, folder)) {
    const { series, rows } = await readAll(path, true);
    if (series.timed) {
      entities.push({ path, series, rows });
    } else {
      untimed.push(path);
    }
  }
  if (entities.length === 0) {
    throw new UserError("no file with times", folder, "give one CSV file per entity with a column of times");
  }
  return { entities, untimed, metrics: [...new Set(entities.flatMap(({ series }) => series.metrics))] };
}

/** Scores entities side by side, time by time; the first half hour, and 13 rows of each, only teach. Index into `entities`, row, score. */
export function* scoreSideBySide({
  entities,
  metrics,
}: EntityFolder): Generator<readonly [entity: number, row: SeriesRow, score: FleetScore]> {
  const fleet = createFleet(metrics);
  for (const [time, rows] of byTime(entities, metrics)) {
    const scores = fleet.push(time, new Map([...rows].map(([entity, { values }]) => [String(entity), values])));
    for (const [entity, { row }] of rows) {
      const score = scores.get(String(entity));
      if (score !== undefined) {
        yield [entity, row, score];
      }
    }
  }
}

type TimeRow = { readonly row: SeriesRow; readonly values: Float64Array };

/** Rows of all entities by rounded time, ascending; of several rows of an entity at one time all are kept, in turn. */
function byTime(
  entities: readonly EntityFile[],
  metrics: readonly string[],
): readonly (readonly [number, Map<number, TimeRow>])[] {
  const found = new Map<string, readonly [number, Map<number, TimeRow>]>();
  entities.forEach(({ series, rows }, entity) => {
    const columns = metrics.map((metric) => series.metrics.indexOf(metric));
    const seen = new Map<number, number>();
    for (const row of rows) {
      const time = Math.round(row.time / ROUND) * ROUND;
      const turn = seen.get(time) ?? 0;
      seen.set(time, turn + 1);
      const key = `${time}:${turn}`;
      const at = found.get(key) ?? ([time + turn / 1000, new Map<number, TimeRow>()] as const);
      found.set(key, at);
      const values = Float64Array.from(columns, (column) => (column < 0 ? Number.NaN : (row.values[column] as number)));
      at[1].set(entity, { row, values });
    }
  });
  return [...found.values()].sort((a, b) => a[0] - b[0]);
}

/** Every row of a file. @throws UserError for what cannot be read, and for more than five million rows */
export async function readAll(path: string, ignoreText = false): Promise<{ series: SeriesFile; rows: SeriesRow[] }> {
  const series = await openSeries(path, { ignoreText });
  const rows: SeriesRow[] = [];
  for await (const row of series.rows) {
    rows.push(row);
    if (rows.length > MAX_ROWS) {
      throw new UserError(`more than ${MAX_ROWS} rows`, path, "split the file");
    }
  }
  return { series, rows };
}

/** The CSV files among `files`. @throws UserError where there is none */
export function csvFiles(files: readonly string[], folder: string): readonly string[] {
  const found = files.filter((file) => /\.csv(\.gz)?$/.test(basename(file)));
  if (found.length === 0) {
    throw new UserError("no CSV file", folder, "name a folder with .csv or .csv.gz files");
  }
  return found;
}
