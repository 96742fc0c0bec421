import { basename, join, relative } from "node:path";
import { UserError } from "../alert/user-error.ts";
import { createFleet } from "../detect/fleet/fleet.ts";
import { createStreamScorer, type StreamScorer } from "../detect/stream/stream-scorer.ts";
import { openSeries, type SeriesFile, type SeriesRow } from "./frame-csv.ts";
import { number, openOutput, type ScoreSummary } from "./score-file.ts";

const MOST_LEARNING = 750;
const MAX_STREAM_ROWS = 5_000_000;

/**
 * Scores a file as a stream, learning as it goes, and writes `timestamp,score`, scores in 0…1. Several metrics: the highest score.
 * @param probation share of the rows, at most 750 of them, that only teach and score 0
 */
export async function scoreStream(path: string, outPath: string, probation: number): Promise<ScoreSummary> {
  const { series, rows } = await readAll(path);
  const learning = Math.floor(Math.min(probation * rows.length, MOST_LEARNING));
  const scorers: StreamScorer[] = series.metrics.map(() => createStreamScorer(learning));
  const out = await openOutput(outPath);
  let alarms = 0;
  await out.line("timestamp,score");
  for (const { time, timeText, line, values } of rows) {
    const scores = scorers.map((scorer, i) => scorer.push(values[i] as number, time));
    const worst = Math.max(...scores.map(({ score }) => score));
    alarms += scores.some(({ alarm }) => alarm) ? 1 : 0;
    await out.line(`${timeText === "" ? line - 2 : timeText},${number(worst)}`);
  }
  await out.close();
  return { file: path, rows: rows.length, alertRows: alarms, events: alarms, notes: [] };
}

/** Scores every CSV file of a folder as a stream; sub-folders are kept. X.csv[.gz] becomes X.scores.csv. */
export async function scoreStreams(
  files: readonly string[],
  folder: string,
  out: string,
  probation: number,
): Promise<readonly ScoreSummary[]> {
  const summaries: ScoreSummary[] = [];
  for (const file of csvFiles(files, folder)) {
    summaries.push(await scoreStream(file, join(out, `${stem(relative(folder, file))}.scores.csv`), probation));
  }
  return summaries;
}

/** Entities are compared minute by minute: rows within this many seconds count as one time. */
const ROUND = 60;
const LEARNING = 4 * 3600;
const BAR = 0.8;
const SILENCE = 900;

/**
 * Scores the files of a folder as entities of one kind, side by side, and writes for each `timestamp,score,alert` and
 * contributions. The first four hours of an entity only teach. Files without times or numbers are left out, and said so.
 */
export async function scoreEntities(
  files: readonly string[],
  folder: string,
  out: string,
): Promise<readonly ScoreSummary[]> {
  const entities: { readonly path: string; readonly series: SeriesFile; readonly rows: readonly SeriesRow[] }[] = [];
  const left: ScoreSummary[] = [];
  for (const path of csvFiles(files, folder)) {
    const { series, rows } = await readAll(path, true);
    if (series.timed) {
      entities.push({ path, series, rows });
    } else {
      left.push({ file: path, rows: 0, alertRows: 0, events: 0, notes: ["has no column of times: left out"] });
    }
  }
  if (entities.length === 0) {
    throw new UserError("no file with times", folder, "give one CSV file per entity with a column of times");
  }
  const metrics = [...new Set(entities.flatMap(({ series }) => series.metrics))];
  const fleet = createFleet({ metrics, learning: LEARNING, bar: BAR, silence: SILENCE });
  const outputs = await Promise.all(
    entities.map(async ({ path }) => {
      const output = await openOutput(join(out, `${stem(relative(folder, path))}.scores.csv`));
      await output.line(["timestamp", "score", "alert", ...metrics.map((metric) => `contrib:${metric}`)].join(","));
      return { output, alerts: 0 };
    }),
  );
  for (const [time, rows] of byTime(entities, metrics)) {
    const scores = fleet.push(time, new Map([...rows].map(([entity, { values }]) => [String(entity), values])));
    for (const [entity, { row }] of rows) {
      const found = scores.get(String(entity));
      const target = outputs[entity];
      if (found !== undefined && target !== undefined) {
        target.alerts += found.alert ? 1 : 0;
        const contributions = Array.from(found.contributions, (amount) => number(amount));
        await target.output.line([row.timeText, number(found.score), found.alert ? 1 : 0, ...contributions].join(","));
      }
    }
  }
  await Promise.all(outputs.map(({ output }) => output.close()));
  const scored = entities.map(({ path, rows }, i) => {
    const alerts = outputs[i]?.alerts ?? 0;
    return { file: path, rows: rows.length, alertRows: alerts, events: alerts, notes: [] };
  });
  return [...scored, ...left];
}

type TimeRow = { readonly row: SeriesRow; readonly values: Float64Array };

/** Rows of all entities by rounded time, ascending; of several rows of an entity at one time all are kept, in turn. */
function byTime(
  entities: readonly { readonly series: SeriesFile; readonly rows: readonly SeriesRow[] }[],
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

async function readAll(path: string, ignoreText = false): Promise<{ series: SeriesFile; rows: SeriesRow[] }> {
  const series = await openSeries(path, { ignoreText });
  const rows: SeriesRow[] = [];
  for await (const row of series.rows) {
    rows.push(row);
    if (rows.length > MAX_STREAM_ROWS) {
      throw new UserError(`more than ${MAX_STREAM_ROWS} rows`, path, "split the file");
    }
  }
  return { series, rows };
}

function csvFiles(files: readonly string[], folder: string): readonly string[] {
  const found = files.filter((file) => /\.csv(\.gz)?$/.test(basename(file)));
  if (found.length === 0) {
    throw new UserError("no CSV file", folder, "name a folder with .csv or .csv.gz files");
  }
  return found;
}

function stem(path: string): string {
  return path.replace(/\.csv(\.gz)?$/, "");
}
