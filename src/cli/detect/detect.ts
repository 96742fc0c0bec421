import { join } from "node:path";
import type { Command } from "commander";
import { UserError } from "../../alert/user-error.ts";
import { loadModel, saveModel, type TrainingChoices, trainFrom } from "../../evaluate/score/model.ts";
import type { ScoreSummary } from "../../evaluate/score/score-file.ts";
import { filesIn, findPairs } from "../../files/pairs.ts";
import type { CommandContext, RegisterCommand } from "../command.ts";
import { counted } from "../counted.ts";

interface TrainOptions extends TrainingChoices {
  readonly train: string;
  readonly model: string;
  readonly json?: boolean;
}

interface ScoreOptions extends Partial<TrainOptions> {
  readonly test?: string;
  readonly pairs?: string;
  readonly stream?: string;
  readonly streams?: string;
  readonly entities?: string;
  readonly probation: string;
  readonly out: string;
}

type Choices = ScoreOptions & TrainingChoices;

/** `cmswatch train` and `cmswatch score`. */
export const registerDetect: RegisterCommand = (program, context) => {
  program
    .command("train")
    .description("learn what is normal from a CSV file and save the model")
    .requiredOption("--train <file>", "history (CSV, .gz too): a column per metric, optionally time or timestamp")
    .option("--detector <name>", "which detector", "default")
    .requiredOption("--model <dir>", "folder to save the model in")
    .option("--seed <n>", "repeats exactly for a seed", "1")
    .option("--timezone <zone>", "whose hours and weekdays count, e.g. Europe/Zurich", "UTC")
    .option("--json", "print what was trained as JSON")
    .action((options: TrainOptions) => runTrain(options, context));
  registerScore(program, context);
};

function registerScore(program: Command, context: CommandContext): void {
  program
    .command("score")
    .description("score CSV files row by row: score, alert, and how much each metric contributed")
    .option("--train <file>", "history to learn from (CSV, .gz too)")
    .option("--test <file>", "rows to score (CSV, .gz too)")
    .option("--pairs <dir>", "folder of X.train.csv[.gz] with X.test.csv[.gz]; writes X.scores.csv into --out")
    .option("--stream <file>", "one metric, scored as it comes without training; writes timestamp,score")
    .option("--streams <dir>", "folder of such files; sub-folders are kept in --out")
    .option("--entities <dir>", "folder with one file per entity (pod), scored side by side, each learning as it goes")
    .option("--probation <share>", "share of a stream, at most 750 rows, that only teaches", "0.15")
    .option("--detector <name>", "which detector", "default")
    .option("--model <dir>", "folder with a trained model: instead of --train, or to save it in")
    .requiredOption("--out <path>", "file for the scores (a folder with --pairs)")
    .option("--seed <n>", "repeats exactly for a seed", "1")
    .option("--timezone <zone>", "whose hours and weekdays count, e.g. Europe/Zurich", "UTC")
    .option("--json", "print a summary as JSON")
    .action((options: ScoreOptions) => runScore(options as Choices, context));
}

async function runTrain(options: TrainOptions, context: CommandContext): Promise<void> {
  const unit = await trainFrom(options.train, options, context);
  await saveModel(unit, options.model);
  const { version, detector, metrics, trained } = unit;
  if (options.json === true) {
    context.out(`${JSON.stringify({ version, detector, metrics, trained }, null, 2)}\n`);
  } else {
    const size = `${counted(metrics.length, "metric")}, ${counted(trained.rows, "row")}`;
    context.out(`${detector} ${version}: ${size}, saved in ${options.model}\n`);
  }
}

async function runScore(options: Choices, context: CommandContext) {
  const summaries = await scoreAll(options, context);
  for (const { file, notes } of summaries) {
    for (const note of notes) {
      context.err(`${file}: ${note}\n`);
    }
  }
  if (options.json === true) {
    context.out(`${JSON.stringify(summaries, null, 2)}\n`);
    return;
  }
  for (const { file, rows, alertRows, events } of summaries) {
    const found = `${counted(events, "event")}, ${counted(alertRows, "row")} in alert`;
    context.out(`${file}: ${counted(rows, "row")}, ${found}\n`);
  }
}

async function scoreAll(options: Choices, context: CommandContext): Promise<readonly ScoreSummary[]> {
  const { pairs, stream, streams, entities, out } = options;
  if ([pairs, stream, streams, entities, options.test].filter((given) => given !== undefined).length > 1) {
    throw new UserError(
      "more than one thing to score",
      "cmswatch score",
      "give one of --test, --pairs, --stream(s), --entities",
    );
  }
  if (pairs !== undefined) {
    return scorePairs(options, context);
  }
  if (stream === undefined && streams === undefined && entities === undefined) {
    return [await scoreOne(options, context)];
  }
  const { scoreEntities, scoreStream, scoreStreams } = await import("../../evaluate/score/score-stream.ts");
  if (entities !== undefined) {
    return scoreEntities(await filesIn(entities), entities, out);
  }
  const probation = shareOf(options.probation);
  return streams === undefined
    ? [await scoreStream(stream as string, out, probation)]
    : scoreStreams(await filesIn(streams), streams, out, probation);
}

async function scoreOne(options: Choices, context: CommandContext): Promise<ScoreSummary> {
  const { train, test, model, out } = options;
  if (test === undefined || (train === undefined && model === undefined)) {
    throw new UserError(
      "nothing to score, or nothing to learn from",
      "cmswatch score",
      "give --test with --train or --model, or --pairs DIR",
    );
  }
  const { scoreFile } = await import("../../evaluate/score/score-file.ts");
  if (train === undefined) {
    return scoreFile(await loadModel(model as string), test, out);
  }
  const unit = await trainFrom(train, options, context);
  if (model !== undefined) {
    await saveModel(unit, model);
  }
  return scoreFile(unit, test, out);
}

async function scorePairs(options: Choices, context: CommandContext): Promise<readonly ScoreSummary[]> {
  const folder = options.pairs as string;
  const { scoreFile } = await import("../../evaluate/score/score-file.ts");
  const summaries: ScoreSummary[] = [];
  for (const { name, train, test } of await findPairs(folder)) {
    const unit = await trainFrom(train, options, context);
    summaries.push(await scoreFile(unit, test, join(options.out, `${name}.scores.csv`)));
    unit.model.dispose();
  }
  return summaries;
}

function shareOf(text: string): number {
  const share = Number(text);
  if (!(share >= 0 && share < 1)) {
    throw new UserError(`"${text}" is not a share`, "--probation", "give a number from 0 to below 1, e.g. 0.15");
  }
  return share;
}
