import { join } from "node:path";
import { own } from "../../alert/own.ts";
import { UserError } from "../../alert/user-error.ts";
import type { DetectorRow, Progress } from "../../evaluate/labelled/detector.ts";
import type { FaultRow } from "../../evaluate/labelled/faults.ts";
import type { Pair, Setup } from "../../evaluate/labelled/pairs.ts";
import type { DataSet } from "../../evaluate/labelled/sets.ts";
import type { StreamRow } from "../../evaluate/labelled/streams.ts";
import type { CommandContext, RegisterCommand } from "../command.ts";

interface EvaluateOptions {
  readonly data?: string;
  readonly nab?: string;
  readonly detector: string;
  readonly protocol: string;
  readonly window?: string;
  readonly step?: string;
  readonly seed: string;
  readonly markdown?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** One data set's figures; which list is filled follows its kind. */
interface Evaluated {
  readonly data: string;
  readonly kind: DataSet["kind"];
  readonly detectors: readonly DetectorRow[];
  readonly streams: readonly StreamRow[];
  readonly faults: readonly FaultRow[];
  /** Mean of the best figure published for each series, where the manifest has them. */
  readonly bestPublished: number;
}

const CHEAP = ["default", "robust", "pca", "kmeans", "mahalanobis"];
const NETWORKS = ["aefc", "aecnn", "aelstm", "forcnn"];

/** `cmswatch evaluate`: detectors over labelled data, beside random scores and a simple floor. */
export const registerEvaluate: RegisterCommand = (program, context) => {
  program
    .command("evaluate")
    .description("run detectors over labelled data and print how well they find what is labelled")
    .option(
      "--data <dir>",
      "folder with labelled data: X.train.csv[.gz] with X.test.csv[.gz], NAB, or faults; or of several such",
    )
    .option("--nab <dir>", "folder of NAB: category/file.csv[.gz] with combined_windows.json")
    .option(
      "--detector <names>",
      "comma-separated, or cheap, networks or all; random, mahalanobis and pca are beside them",
      "cheap",
    )
    .option(
      "--protocol <name>",
      "halves, or tsb-ad: train on the first train_points of the test file (manifest.json)",
      "halves",
    )
    .option("--window <rows>", "W of VUS-PR (default: known from the folder's name, else the period of each series)")
    .option(
      "--step <seconds>",
      "seconds between rows where files have no times (default: known from the name, else 60)",
    )
    .option("--seed <n>", "repeats exactly for a seed", "1")
    .option("--markdown", "print tables in Markdown")
    .option("--json", "print JSON, with every series")
    .option("--quiet", "no progress on standard error")
    .action((options: EvaluateOptions) => evaluate(options, context));
};

async function evaluate(options: EvaluateOptions, context: CommandContext): Promise<void> {
  const folders = [options.data, options.nab].filter((folder) => folder !== undefined);
  if (folders.length === 0) {
    throw new UserError("nothing to evaluate on", "cmswatch evaluate", "give --data DIR or --nab DIR");
  }
  const { findDataSets } = await import("../../evaluate/labelled/sets.ts");
  const names = await namesOf(options.detector);
  const evaluated: Evaluated[] = [];
  for (const set of (await Promise.all(folders.map(findDataSets))).flat()) {
    const progress: Progress = options.quiet === true ? () => {} : (text) => context.err(`${set.name}: ${text}\n`);
    const result = await evaluateSet(set, names, options, progress);
    evaluated.push(result);
    if (options.json !== true) {
      context.out(await render(result, options.markdown === true));
    }
  }
  if (options.json === true) {
    context.out(`${JSON.stringify(evaluated, null, 2)}\n`);
  }
}

async function evaluateSet(
  set: DataSet,
  names: readonly string[],
  options: EvaluateOptions,
  progress: Progress,
): Promise<Evaluated> {
  const seed = wholeNumber(options.seed, "--seed");
  const nothing = { detectors: [], streams: [], faults: [], bestPublished: Number.NaN };
  const head = { data: set.name, kind: set.kind };
  if (set.kind === "streams") {
    const { evaluateStreams } = await import("../../evaluate/labelled/streams.ts");
    return { ...nothing, ...head, streams: await evaluateStreams(names, set.folder, seed, progress) };
  }
  if (set.kind === "faults") {
    const { evaluateFaults } = await import("../../evaluate/labelled/faults.ts");
    return { ...nothing, ...head, faults: await evaluateFaults(names, set.folder, seed, progress) };
  }
  const { evaluateDetectors } = await import("../../evaluate/labelled/detector.ts");
  const setup: Setup = {
    window: options.window === undefined ? set.window : wholeNumber(options.window, "--window"),
    step: options.step === undefined ? set.step : wholeNumber(options.step, "--step"),
    seed,
  };
  const { pairs, bestPublished } = await pairsOf(set, options.protocol);
  return { ...nothing, ...head, detectors: await evaluateDetectors(names, pairs, setup, progress), bestPublished };
}

async function pairsOf(
  { folder }: DataSet,
  protocol: string,
): Promise<{ pairs: readonly Pair[]; bestPublished: number }> {
  const { findPairs } = await import("../../files/pairs.ts");
  const found = await findPairs(folder);
  if (protocol === "halves") {
    return { pairs: found.map((pair) => ({ ...pair, trainPoints: null })), bestPublished: Number.NaN };
  }
  if (protocol !== "tsb-ad") {
    throw new UserError(`no protocol "${protocol}"`, "--protocol", "give halves or tsb-ad");
  }
  const { readTsbAd } = await import("../../evaluate/labelled/sets.ts");
  const { meanOf } = await import("../../evaluate/labelled/detector.ts");
  const known = await readTsbAd(folder);
  const pairs = found.flatMap((pair) => {
    const series = known.get(pair.name);
    return series === undefined ? [] : [{ ...pair, trainPoints: series.trainPoints }];
  });
  if (pairs.length === 0) {
    throw new UserError("names none of the series that are there", join(folder, "manifest.json"), "check the names");
  }
  return { pairs, bestPublished: meanOf(pairs.map(({ name }) => known.get(name)?.bestPublished ?? Number.NaN)) };
}

async function render(result: Evaluated, markdown: boolean): Promise<string> {
  const tables = await import("./evaluate-table.ts");
  const table = markdown ? tables.markdownTable : tables.plainTable;
  const parts = [
    ...(result.detectors.length > 0
      ? [
          tables.pairsTable(result.detectors, table),
          tables.curveTable(result.detectors, table),
          tables.seriesTable(result.detectors, table),
        ]
      : []),
    ...(result.streams.length > 0 ? [tables.streamsTable(result.streams, table)] : []),
    ...(result.faults.length > 0
      ? [tables.faultsTable(result.faults, table), tables.curveTable(result.faults, table)]
      : []),
  ];
  const best = Number.isFinite(result.bestPublished)
    ? `best published of each series, mean: ${result.bestPublished.toFixed(3)}\n\n`
    : "";
  return `${markdown ? "## " : ""}${result.data}\n\n${parts.join("\n")}\n${best}`;
}

async function namesOf(text: string): Promise<readonly string[]> {
  const { findDetector } = await import("../../detect/registry.ts");
  const groups: Readonly<Record<string, readonly string[]>> = {
    cheap: CHEAP,
    networks: NETWORKS,
    all: [...CHEAP, ...NETWORKS],
  };
  const names = [...new Set(text.split(",").flatMap((name) => own(groups, name.trim()) ?? [name.trim()]))];
  for (const name of names) {
    await findDetector(name);
  }
  return names;
}

function wholeNumber(text: string, option: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw new UserError(`"${text}" is not a whole number above 0`, option, "give a number of rows, seconds or a seed");
  }
  return value;
}
