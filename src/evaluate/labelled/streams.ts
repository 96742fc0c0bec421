import { readFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { parseJson } from "../../alert/json.ts";
import { own } from "../../alert/own.ts";
import { UserError } from "../../alert/user-error.ts";
import { type Frame, NOMINAL_STEP } from "../../detect/frame.ts";
import { createLive } from "../../detect/live.ts";
import { NotEnoughHistory } from "../../detect/not-enough-history.ts";
import { findDetector } from "../../detect/registry.ts";
import { createStreamScorer } from "../../detect/stream/stream-scorer.ts";
import { trainUnit } from "../../detect/unit.ts";
import { readFrame } from "../../files/frame-csv.ts";
import { filesIn } from "../../files/pairs.ts";
import { type NabFile, nabScore, nabScoreAt, probationOf } from "../measures/nab.ts";
import type { Progress } from "./detector.ts";

/** A detector's figures on streams of one metric, after NAB. */
export interface StreamRow {
  readonly detector: string;
  /** Standard profile, at the one threshold that is best for all files. */
  readonly score: number;
  readonly threshold: number;
  /** At the detector's own threshold. */
  readonly scoreAtOwn: number;
  /** Per category (sub-folder) at the threshold that is best for all others; NaN where it has no window. */
  readonly leftOut: Readonly<Record<string, number>>;
  /** Alarms, at the detector's own threshold, in files without any window. */
  readonly alarmsOnQuietFiles: number;
  /** Files whose first 15 % are too short for the detector: it says nothing there. */
  readonly tooShort: number;
  readonly files: number;
  readonly rowsPerSecond: number;
}

interface StreamFile extends NabFile {
  readonly name: string;
  readonly category: string;
  readonly scores: Float64Array;
  readonly alarms: Float64Array;
  readonly tooShort: boolean;
}

interface Stream {
  readonly name: string;
  readonly frame: Frame;
  readonly windows: NabFile["windows"];
}

/**
 * `default` scores a stream as `cmswatch score --stream` does; every other detector learns from the probation and scores the rest.
 * @throws UserError without combined_windows.json
 */
export async function evaluateStreams(
  names: readonly string[],
  folder: string,
  seed: number,
  progress: Progress,
): Promise<readonly StreamRow[]> {
  const streams = await readStreams(folder);
  const rows: StreamRow[] = [];
  for (const name of names) {
    const files: StreamFile[] = [];
    const began = performance.now();
    for (const [at, stream] of streams.entries()) {
      files.push(name === "default" ? scoreAsStream(stream) : await scoreAfterProbation(name, stream, seed));
      progress(`${name} ${at + 1}/${streams.length} ${stream.name}`);
    }
    const scored = files.reduce((sum, { scores }) => sum + scores.length, 0);
    rows.push(rowOf(name, files, (1000 * scored) / (performance.now() - began)));
  }
  return rows;
}

function rowOf(detector: string, files: readonly StreamFile[], rowsPerSecond: number): StreamRow {
  const { score, threshold } = nabScore(files);
  const own = files.map((file) => ({ ...file, scores: file.alarms }));
  const categories = [...new Set(files.map(({ category }) => category))];
  const leftOut = categories.map((category): [string, number] => {
    const others = nabScore(files.filter((file) => file.category !== category));
    return [
      category,
      nabScoreAt(
        files.filter((file) => file.category === category),
        others.threshold,
      ),
    ];
  });
  const quiet = own.filter(({ windows }) => windows.length === 0);
  return {
    detector,
    score,
    threshold,
    scoreAtOwn: nabScoreAt(own, 1),
    leftOut: Object.fromEntries(leftOut),
    alarmsOnQuietFiles: quiet.reduce((sum, { alarms }) => sum + alarms.filter((alarm) => alarm > 0).length, 0),
    tooShort: files.filter(({ tooShort }) => tooShort).length,
    files: files.length,
    rowsPerSecond,
  };
}

function scoreAsStream({ name, frame, windows }: Stream): StreamFile {
  const scorer = createStreamScorer(probationOf(frame.rows));
  const scores = new Float64Array(frame.rows);
  const alarms = new Float64Array(frame.rows);
  for (let row = 0; row < frame.rows; row++) {
    const value = frame.values[row * frame.metrics.length] as number;
    const said = scorer.push(value, frame.times?.[row] ?? Number.NaN);
    scores[row] = said.score;
    alarms[row] = said.alarm ? 1 : 0;
  }
  return { name, category: categoryOf(name), windows, scores, alarms, tooShort: false };
}

async function scoreAfterProbation(detectorName: string, stream: Stream, seed: number): Promise<StreamFile> {
  const { name, frame, windows } = stream;
  const size = frame.metrics.length;
  const scores = new Float64Array(frame.rows);
  const alarms = new Float64Array(frame.rows);
  const learnt = probationOf(frame.rows);
  const times = frame.times?.slice(0, learnt) ?? null;
  const history = { metrics: frame.metrics, rows: learnt, values: frame.values.slice(0, learnt * size), times };
  const file = { name, category: categoryOf(name), windows, scores, alarms };
  try {
    const unit = await trainUnit(await findDetector(detectorName), history, { seed });
    const live = createLive(unit, { entity: name, service: name });
    let inAlert = false;
    for (let row = learnt; row < frame.rows; row++) {
      const time = frame.times?.[row] ?? row * NOMINAL_STEP;
      const point = live.push(time, frame.values.subarray(row * size, (row + 1) * size));
      scores[row] = Number.isNaN(point.score) ? 0 : point.score;
      alarms[row] = point.state === "anomalous" && !inAlert ? 1 : 0;
      inAlert = point.state === "anomalous";
    }
    unit.model.dispose();
    return { ...file, tooShort: false };
  } catch (error) {
    if (error instanceof NotEnoughHistory) {
      return { ...file, tooShort: true };
    }
    throw error;
  }
}

const categoryOf = (name: string) => (name.includes("/") ? (name.split("/")[0] as string) : "");

async function readStreams(folder: string): Promise<readonly Stream[]> {
  const windows = await readWindows(join(folder, "combined_windows.json"));
  const streams: Stream[] = [];
  for (const path of (await filesIn(folder)).filter((file) => /\.csv(\.gz)?$/.test(file))) {
    const frame = await readFrame(path);
    const name = relative(folder, path).split(sep).join("/").replace(/\.gz$/, "");
    const times = frame.times ?? new Float64Array(frame.rows);
    const labelled = (own(windows, name) ?? []).map(([from, to]) => ({
      from: times.findIndex((time) => time >= from),
      to: times.findLastIndex((time) => time <= to),
    }));
    streams.push({ name, frame, windows: labelled.filter(({ from, to }) => from >= 0 && to >= from) });
  }
  if (streams.length === 0) {
    throw new UserError("no CSV file", folder, "name NAB's folder of data: category/file.csv");
  }
  return streams;
}

/** Windows per file in Unix seconds. */
async function readWindows(path: string): Promise<Readonly<Record<string, readonly (readonly [number, number])[]>>> {
  const { z } = await import("zod");
  const text = await readFile(path, "utf8").catch(() => {
    throw new UserError("no combined_windows.json", dirname(path), "give NAB's folder with its label windows");
  });
  const seconds = z.string().transform((time) => Date.parse(`${time.slice(0, 19).replace(" ", "T")}Z`) / 1000);
  return z.record(z.string(), z.array(z.tuple([seconds, seconds]))).parse(parseJson(text));
}
