import { readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { UserError } from "../alert/user-error.ts";
import type { CommandContext, RegisterCommand } from "./command.ts";
import type { DetectorRow } from "./evaluate-detector.ts";

interface EvaluateOptions {
  readonly data?: string;
  readonly nab?: string;
  readonly detector: string;
  readonly window?: string;
  readonly step: string;
  readonly json?: boolean;
}

/** `cmswatch evaluate`: detectors over labelled data, beside random scores and a simple floor. */
export const registerEvaluate: RegisterCommand = (program, context) => {
  program
    .command("evaluate")
    .description("run detectors over labelled data and print how well they find what is labelled")
    .option("--data <dir>", "folder of X.train.csv[.gz] with X.test.csv[.gz] that has a column label")
    .option("--nab <dir>", "folder of NAB: category/file.csv[.gz] with combined_windows.json")
    .option("--detector <names>", "comma-separated; random and mahalanobis are always beside them", "default")
    .option("--window <rows>", "W of VUS-PR (default: the period of each series)")
    .option("--step <seconds>", "seconds between rows where files have no times", "60")
    .option("--json", "print JSON")
    .action((options: EvaluateOptions) => evaluate(options, context));
};

async function evaluate(options: EvaluateOptions, context: CommandContext): Promise<void> {
  if (options.data === undefined && options.nab === undefined) {
    throw new UserError("nothing to evaluate on", "cmswatch evaluate", "give --data DIR or --nab DIR");
  }
  const table = options.data === undefined ? [] : await evaluateDetectors(options, options.data, context);
  const nab = options.nab === undefined ? null : await evaluateNab(options.nab);
  if (options.json === true) {
    context.out(`${JSON.stringify({ detectors: table, nab }, null, 2)}\n`);
    return;
  }
  if (table.length > 0) {
    context.out(renderTable(table));
  }
  if (nab !== null) {
    context.out(`NAB standard profile: ${nab.score.toFixed(2)} over ${nab.files} files (threshold ${nab.threshold})\n`);
  }
}

async function evaluateDetectors(options: EvaluateOptions, folder: string, context: CommandContext) {
  const { findPairs } = await import("./detect.ts");
  const { evaluateDetector, randomRow } = await import("./evaluate-detector.ts");
  const pairs = await findPairs(folder);
  const names = [...new Set([...options.detector.split(","), "mahalanobis"])];
  const setup = {
    window: options.window === undefined ? null : wholeNumber(options.window, "--window"),
    step: wholeNumber(options.step, "--step"),
  };
  const rows: DetectorRow[] = [];
  for (const name of names) {
    context.err(`${name}: ${pairs.length} series\n`);
    rows.push(await evaluateDetector(name, pairs, setup));
  }
  rows.push(await randomRow(pairs, setup));
  return rows;
}

function renderTable(rows: readonly DetectorRow[]): string {
  const head =
    "| detector | VUS-PR | AUC-PR | event precision | recall | F1 | false events a day | median delay, rows | found in 5 min | ordinary in alert | worst to floor | training s | rows a second | memory MB | model kB |";
  const lines = rows.map((row) =>
    [
      "",
      row.detector,
      row.vusPr.toFixed(3),
      row.aucPr.toFixed(3),
      row.precision.toFixed(2),
      row.recall.toFixed(2),
      row.f1.toFixed(2),
      row.falseEventsPerDay.toFixed(2),
      Number.isFinite(row.medianDelay) ? String(row.medianDelay) : "–",
      `${Math.round(100 * row.foundSoon)} %`,
      `${(100 * row.ordinaryInAlert).toFixed(1)} %`,
      Number.isFinite(row.worstToFloor) ? row.worstToFloor.toFixed(3) : "–",
      row.trainingSeconds.toFixed(1),
      String(Math.round(row.rowsPerSecond)),
      String(Math.round(row.peakMemoryMegabytes)),
      String(Math.round(row.modelBytes / 1000)),
      "",
    ].join(" | "),
  );
  return `${head}\n${head.replace(/[^|]+/g, "---")}\n${lines.map((line) => line.trim()).join("\n")}\n`;
}

async function evaluateNab(folder: string) {
  const { filesIn } = await import("./detect.ts");
  const { readFrame } = await import("./frame-csv.ts");
  const { nabScore, probationOf } = await import("../detect/evaluate/nab.ts");
  const { createStreamScorer } = await import("../detect/stream/stream-scorer.ts");
  const windows = await readWindows(join(folder, "combined_windows.json"));
  const files: { scores: Float64Array; windows: { from: number; to: number }[] }[] = [];
  for (const path of (await filesIn(folder)).filter((file) => /\.csv(\.gz)?$/.test(file))) {
    const frame = await readFrame(path);
    const name = relative(folder, path).replace(/\.gz$/, "");
    const times = frame.times ?? new Float64Array(frame.rows);
    const scorer = createStreamScorer(probationOf(frame.rows));
    const scores = Float64Array.from({ length: frame.rows }, (_, row) => {
      return scorer.push(frame.values[row * frame.metrics.length] as number, times[row] as number).score;
    });
    files.push({ scores, windows: (windows[name] ?? []).map(([from, to]) => rowsBetween(times, from, to)) });
  }
  return { ...nabScore(files), files: files.length };
}

/** Windows per file in Unix seconds. */
async function readWindows(path: string): Promise<Readonly<Record<string, readonly (readonly [number, number])[]>>> {
  const { z } = await import("zod");
  const text = await readFile(path, "utf8").catch(() => {
    throw new UserError("no combined_windows.json", dirname(path), "give NAB's folder with its label windows");
  });
  const seconds = z.string().transform((time) => Date.parse(`${time.slice(0, 19).replace(" ", "T")}Z`) / 1000);
  return z.record(z.string(), z.array(z.tuple([seconds, seconds]))).parse(JSON.parse(text));
}

function rowsBetween(times: Float64Array, from: number, to: number): { from: number; to: number } {
  const first = times.findIndex((time) => time >= from);
  const last = times.findLastIndex((time) => time <= to);
  return { from: first, to: last };
}

function wholeNumber(text: string, option: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw new UserError(`"${text}" is not a whole number above 0`, option, "give a number of rows or seconds");
  }
  return value;
}
