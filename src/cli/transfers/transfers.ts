import { UserError } from "../../alert/user-error.ts";
import { seedOf } from "../../evaluate/score/model.ts";
import type { ScoreTransfersOptions } from "../../transfers/files/score.ts";
import type { CommandContext, RegisterCommand } from "../command.ts";

/** `cmswatch transfers …`: durations of data transfers, and which of them are anomalous. */
export const registerTransfers: RegisterCommand = (program, context) => {
  const transfers = program.command("transfers").description("durations of data transfers, and which are anomalous");
  transfers
    .command("train")
    .description("learn durations from transfers that are over, and save the model")
    .requiredOption("--train <file>", "transfers (CSV, NDJSON, .gz too; - is NDJSON on standard input)")
    .requiredOption("--model-dir <dir>", "folder to save the model in")
    .option("--model <name>", "shrinkage, or lstm: the network that others used first", "shrinkage")
    .option("--seed <n>", "networks repeat exactly for a seed", "1")
    .option("--json", "print what was learnt as JSON")
    .action((options: TrainOptions) => train(options, context));
  transfers
    .command("score")
    .description("predict each transfer from those that were over when it began, and say how unusual its duration is")
    .option("--train <file>", "transfers to learn from first")
    .option("--model-dir <dir>", "folder with a trained model: instead of --train, or to save it in")
    .requiredOption("--test <file>", "transfers to predict, in their order (CSV, NDJSON, .gz too; - is standard input)")
    .requiredOption("--out <file>", "CSV to write: predicted_seconds,lower,upper,score per row (.gz too)")
    .option("--model <name>", "shrinkage or lstm, with --train", "shrinkage")
    .option("--seed <n>", "networks repeat exactly for a seed", "1")
    .option("--quantiles <list>", "further columns with these quantiles, e.g. 0.05,0.5,0.95")
    .option("--json", "print a summary as JSON")
    .action((options: ScoreOptions) => score(options, context));
  transfers
    .command("top")
    .description(
      "what is slow or fails in a stream of transfers, and the slowest for what they are; exits with 1 if any",
    )
    .option("--train <file>", "transfers to learn from first")
    .option("--model-dir <dir>", "folder with a trained model: instead of --train, or to save it in")
    .requiredOption("--test <file>", "transfers to look at (CSV, NDJSON, .gz too; - is standard input)")
    .option("--site <name>", "only of this site or storage element")
    .option("--rate <share>", "share of transfers that are called anomalous", "0.005")
    .option("--most <n>", "how many single transfers to show", "20")
    .option("--model <name>", "shrinkage or lstm, with --train", "shrinkage")
    .option("--seed <n>", "networks repeat exactly for a seed", "1")
    .option("--json", "print JSON")
    .action((options: TopWords) => top(options, context));
  transfers
    .command("evaluate")
    .description("judge predictions beside constants, nearest neighbours, and the file's own column `prediction`")
    .requiredOption("--data <file>", "transfers; the first ones teach, those after them are judged")
    .option("--fit <rows>", "rows that only teach", "800")
    .option("--judge <rows>", "rows that are judged, in their order")
    .option("--model <names>", "models to judge, by commas", "shrinkage,lstm")
    .option("--seed <n>", "networks repeat exactly for a seed", "1")
    .option("--json", "print JSON")
    .action((options: EvaluateOptions) => evaluate(options, context));
};

interface ScoreOptions extends Omit<ScoreTransfersOptions, "seed"> {
  readonly seed: string;
}

interface TopWords extends Omit<ScoreOptions, "out" | "quantiles"> {
  readonly site?: string;
  readonly rate: string;
  readonly most: string;
}

interface TrainOptions {
  readonly train: string;
  readonly model: string;
  readonly seed: string;
  readonly modelDir: string;
  readonly json?: boolean;
}

interface EvaluateOptions {
  readonly data: string;
  readonly fit: string;
  readonly judge?: string;
  readonly model: string;
  readonly seed: string;
  readonly json?: boolean;
}

async function train(options: TrainOptions, context: CommandContext): Promise<void> {
  const { modelNamed, saveModel, trainFrom } = await import("../../transfers/files/model.ts");
  const { scorer, cleanUp, taught } = await trainFrom(options.train, modelNamed(options.model), seedOf(options.seed));
  await saveModel(scorer, options.modelDir);
  const summary = { model: scorer.estimator.name, read: cleanUp.taken, taught, cleaned: cleanUp.counts };
  if (options.json === true) {
    context.out(`${JSON.stringify(summary, null, 2)}\n`);
    return;
  }
  const { cleanedText } = await import("../../transfers/files/score.ts");
  context.out(`${summary.model}: learnt from ${taught} of ${cleanUp.taken} transfers, saved in ${options.modelDir}\n`);
  context.out(cleanedText(options.train, cleanUp.counts));
}

async function score(options: ScoreOptions, context: CommandContext): Promise<void> {
  const { cleanedText, scoreTransfers } = await import("../../transfers/files/score.ts");
  const summary = await scoreTransfers({ ...options, seed: seedOf(options.seed) });
  if (options.json === true) {
    context.out(`${JSON.stringify(summary, null, 2)}\n`);
    return;
  }
  context.out(`${options.test}: ${summary.rows} transfers, ${summary.scored} scored, written to ${options.out}\n`);
  context.out(cleanedText(options.test, summary.cleaned));
}

async function top(options: TopWords, context: CommandContext): Promise<void> {
  const { renderTop, topTransfers } = await import("./top.ts");
  const rate = Number(options.rate);
  if (!(rate > 0 && rate <= 0.1)) {
    throw new UserError(`"${options.rate}" is not a share`, "--rate", "give a number above 0, at most 0.1");
  }
  const found = await topTransfers({
    ...options,
    rate,
    seed: seedOf(options.seed),
    site: options.site ?? null,
    most: rowsOf(options.most, "--most"),
  });
  context.out(options.json === true ? `${JSON.stringify(found, null, 2)}\n` : renderTop(found));
  if (found.open.length + found.closed.length + found.top.length > 0) {
    context.exit(1);
  }
}

async function evaluate(options: EvaluateOptions, context: CommandContext): Promise<void> {
  const { evaluateTransfers, renderEvaluation } = await import("../../transfers/files/evaluate.ts");
  const { modelNamed } = await import("../../transfers/files/model.ts");
  const fit = rowsOf(options.fit, "--fit");
  const judge = options.judge === undefined ? null : rowsOf(options.judge, "--judge");
  const models = options.model.split(",").map(modelNamed);
  const evaluation = await evaluateTransfers(options.data, { fit, judge, models, seed: seedOf(options.seed) });
  context.out(options.json === true ? `${JSON.stringify(evaluation, null, 2)}\n` : renderEvaluation(evaluation));
}

function rowsOf(text: string, option: string): number {
  const rows = Number(text);
  if (!Number.isInteger(rows) || rows < 1) {
    throw new UserError(`"${text}" is not a number of rows`, option, "give a whole number, 1 or more");
  }
  return rows;
}
