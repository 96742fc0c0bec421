import { UserError } from "../../alert/user-error.ts";
import { NOMINAL_STEP } from "../../detect/frame.ts";
import { createLive } from "../../detect/live.ts";
import type { Unit } from "../../detect/unit.ts";
import { openSeries, type SeriesFile } from "../../files/frame-csv.ts";
import { cell, number, openOutput } from "../../files/output.ts";

/** What scoring one file came to. */
export interface ScoreSummary {
  readonly file: string;
  readonly rows: number;
  readonly alertRows: number;
  readonly events: number;
  /** Things to know about the input: metrics that are missing or not known, times that do not ascend. */
  readonly notes: readonly string[];
}

/**
 * Scores a file row by row with a unit and writes `score,alert,contrib:<metric>…`, one row per row of the input.
 * @throws UserError when the files have no metric in common, or one cannot be read or written
 */
export async function scoreFile(unit: Unit, testPath: string, outPath: string): Promise<ScoreSummary> {
  const series = await openSeries(testPath);
  const columns = unit.metrics.map((metric) => series.metrics.indexOf(metric));
  const notes = notesOf(unit, series, columns);
  const live = createLive(unit, { entity: testPath, service: testPath });
  const out = await openOutput(outPath);
  const row = new Float64Array(unit.metrics.length);
  let rows = 0;
  let alertRows = 0;
  let unordered = 0;
  const events = new Set<string>();
  let last = Number.NEGATIVE_INFINITY;
  await out.line(["score", "alert", ...unit.metrics.map((metric) => cell(`contrib:${metric}`))].join(","));
  for await (const { time, values } of series.rows) {
    columns.forEach((column, i) => {
      row[i] = column < 0 ? Number.NaN : (values[column] as number);
    });
    const at = series.timed ? time : (unit.trained.rows + rows) * NOMINAL_STEP;
    unordered += at > last ? 0 : 1;
    last = Math.max(last, at);
    const point = live.push(at, row);
    const alert = point.state === "anomalous" ? 1 : 0;
    rows++;
    alertRows += alert;
    if (point.update !== null) {
      events.add(point.update.id);
    }
    const contributions = Array.from(point.contributions, (amount) => number(amount));
    await out.line([number(point.raw), alert, ...contributions].join(","));
  }
  await out.close();
  if (unordered > 0) {
    notes.push(`${unordered} rows are not later than the one before: they repeat its score`);
  }
  return { file: testPath, rows, alertRows, events: events.size, notes };
}

function notesOf(unit: Unit, series: SeriesFile, columns: readonly number[]): string[] {
  const missing = unit.metrics.filter((_, i) => (columns[i] as number) < 0);
  const extra = series.metrics.filter((metric) => !unit.metrics.includes(metric));
  if (missing.length === unit.metrics.length) {
    throw new UserError(
      `none of the model's metrics (${unit.metrics.slice(0, 5).join(", ")}…) is a column`,
      series.path,
      "score the series the model was trained for",
    );
  }
  const notes: string[] = [];
  if (missing.length > 0) {
    notes.push(`metrics missing, taken as without data: ${missing.join(", ")}`);
  }
  if (extra.length > 0) {
    notes.push(`metrics the model does not know, left out: ${extra.join(", ")}`);
  }
  return notes;
}
