import { join, relative } from "node:path";
import { createStreamScorer, type StreamScorer } from "../../detect/stream/stream-scorer.ts";
import { cell, number, openOutput } from "../../files/output.ts";
import { csvFiles, readAll, readEntities, scoreSideBySide } from "./entity-files.ts";
import type { ScoreSummary } from "./score-file.ts";

const MOST_LEARNING = 750;

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

/**
 * Scores the files of a folder as entities of one kind, side by side, and writes for each `timestamp,score,alert` and
 * contributions. The first half hour, and 13 rows of an entity that joins later, only teach. Files without times or numbers are left out, and said so.
 */
export async function scoreEntities(
  files: readonly string[],
  folder: string,
  out: string,
): Promise<readonly ScoreSummary[]> {
  const read = await readEntities(files, folder);
  const { entities, metrics } = read;
  const outputs = await Promise.all(
    entities.map(async ({ path }) => {
      const output = await openOutput(join(out, `${stem(relative(folder, path))}.scores.csv`));
      await output.line(
        ["timestamp", "score", "alert", ...metrics.map((metric) => cell(`contrib:${metric}`))].join(","),
      );
      return { output, alerts: 0 };
    }),
  );
  for (const [entity, row, { score, alert, contributions }] of scoreSideBySide(read)) {
    const target = outputs[entity] as (typeof outputs)[number];
    target.alerts += alert ? 1 : 0;
    const amounts = Array.from(contributions, (amount) => number(amount));
    await target.output.line([row.timeText, number(score), alert ? 1 : 0, ...amounts].join(","));
  }
  await Promise.all(outputs.map(({ output }) => output.close()));
  const scored = entities.map(({ path, rows }, i) => {
    const alerts = outputs[i]?.alerts ?? 0;
    return { file: path, rows: rows.length, alertRows: alerts, events: alerts, notes: [] };
  });
  const left = read.untimed.map((file) => {
    return { file, rows: 0, alertRows: 0, events: 0, notes: ["has no column of times: left out"] };
  });
  return [...scored, ...left];
}

function stem(path: string): string {
  return path.replace(/\.csv(\.gz)?$/, "");
}
