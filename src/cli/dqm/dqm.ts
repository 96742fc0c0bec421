import type { Command } from "commander";
import type { CommandContext, RegisterCommand } from "../command.ts";
import { registerDqmCertify } from "./certify.ts";
import { registerDqmEvaluate } from "./evaluate-command.ts";
import { registerDqmOverrule } from "./overrule.ts";
import { registerDqmPropose } from "./propose.ts";
import { registerDqmReferences } from "./references.ts";
import { integerOf, listOf, sayNotes } from "./words.ts";

interface TrainOptions {
  readonly train: readonly string[];
  readonly detector: string;
  readonly model: string;
  readonly label: string;
  readonly runs?: string;
  readonly golden?: string;
  readonly histogram?: string;
  readonly gain: string;
  readonly grow?: boolean;
  readonly seed: string;
  readonly json?: boolean;
}

interface ScoreOptions extends Omit<Partial<TrainOptions>, "seed" | "detector" | "label" | "gain"> {
  readonly test: string;
  readonly out: string;
  readonly detector: string;
  readonly label: string;
  readonly gain: string;
  readonly around?: boolean;
  readonly seed: string;
}

/** `cmswatch dqm …`: data quality, from histograms per lumisection. */
export const registerDqm: RegisterCommand = (program, context) => {
  const dqm = program.command("dqm").description("data quality: histograms per lumisection, scored and certified");
  registerTrain(dqm, context);
  registerScore(dqm, context);
  registerDqmEvaluate(dqm, context);
  registerDqmCertify(dqm, context);
  registerDqmOverrule(dqm, context);
  registerDqmPropose(dqm, context);
  registerDqmReferences(dqm, context);
};

function registerTrain(dqm: Command, context: CommandContext): void {
  dqm
    .command("train")
    .description("learn what good lumisections look like and save the model")
    .requiredOption("--train <file...>", "histograms (CSV, JSON, JSON lines; .gz too)")
    .requiredOption("--model <dir>", "folder to save the model in")
    .option("--detector <name>", "default, pull, beta-binomial, chi2, ks, pca or autoencoder", "default")
    .option("--label <column>", "column that says 0 for bad lumisections; without it all are good", "good")
    .option("--runs <numbers>", "only these reference runs, by commas")
    .option("--golden <file>", "only lumisections of this certification JSON")
    .option("--histogram <names>", "only these histograms, by commas")
    .option(
      "--gain <names>",
      "histograms whose axis scale is fitted, by commas: auto (axes from 0 on), all, none",
      "auto",
    )
    .option("--grow", "keep the references of the model that is there and add these runs to them")
    .option("--seed <n>", "repeats exactly for a seed", "1")
    .option("--json", "print what was learnt as JSON")
    .action((options: TrainOptions) => runTrain(options, context));
}

function registerScore(dqm: Command, context: CommandContext): void {
  dqm
    .command("score")
    .description("score every lumisection in time order: run,lumi,score,verdict,histogram,gain; 1 and more is bad")
    .requiredOption("--test <file>", "histograms to score (CSV, JSON, JSON lines; .gz too)")
    .requiredOption("--out <file>", "file for the scores")
    .option("--train <file...>", "histograms to learn from")
    .option("--model <dir>", "folder with a trained model, instead of --train")
    .option("--detector <name>", "which detector", "default")
    .option("--label <column>", "column of the training file that says 0 for bad lumisections", "good")
    .option("--runs <numbers>", "only these reference runs, by commas")
    .option("--gain <names>", "histograms whose axis scale is fitted, as for train", "auto")
    .option("--around", "judge a lumisection by the five after it too; without it only by what came before")
    .option("--causal", "the default, as without --around")
    .option("--seed <n>", "repeats exactly for a seed", "1")
    .option("--json", "print a summary as JSON")
    .action((options: ScoreOptions) => runScore(options, context));
}

async function runTrain(options: TrainOptions, context: CommandContext): Promise<void> {
  const { loadDqmFrom, saveDqmIn } = await import("../../dqm/files/model.ts");
  const older = options.grow === true ? await loadDqmFrom(options.model) : undefined;
  const model = await train(options, options.train, context, older);
  await saveDqmIn(options.model, model);
  const learnt = [...model.histograms.values()].map(({ set }) => ({
    histogram: set.name,
    bins: set.bins,
    runs: set.runs.map(({ run }) => run),
    lumisections: set.runs.reduce((sum, { lumisections }) => sum + lumisections, 0),
  }));
  if (options.json === true) {
    context.out(`${JSON.stringify({ detector: model.detector, model: options.model, learnt }, null, 2)}\n`);
    return;
  }
  for (const { histogram, runs, lumisections } of learnt) {
    context.out(`${histogram}: ${lumisections} good lumisections of ${runs.length} runs, by ${model.detector}\n`);
  }
}

async function train(
  options: Pick<TrainOptions, "detector" | "seed" | "label" | "runs" | "golden" | "histogram" | "gain">,
  files: readonly string[],
  context: CommandContext,
  older?: Awaited<ReturnType<typeof import("../../dqm/files/model.ts")["loadDqmFrom"]>>,
) {
  const { trainDqm } = await import("../../dqm/files/model.ts");
  const { newNotes } = await import("../../dqm/files/histogram-files.ts");
  const { readGolden } = await import("../../dqm/files/golden.ts");
  const notes = newNotes();
  const choices = {
    detector: options.detector,
    seed: integerOf(options.seed, "--seed"),
    label: options.label,
    runs: options.runs === undefined ? undefined : listOf(options.runs).map((run) => integerOf(run, "--runs")),
    golden: options.golden === undefined ? undefined : await readGolden(options.golden),
    histograms: options.histogram === undefined ? undefined : listOf(options.histogram),
    gain: gainOf(options.gain),
    older,
  };
  const model = await trainDqm(files, choices, notes);
  sayNotes(notes, context);
  return model;
}

/** `auto`, `all` and `none` are words; everything else is a list of names. */
function gainOf(text: string): "auto" | "all" | "none" | readonly string[] {
  return text === "auto" || text === "all" || text === "none" ? text : listOf(text);
}

async function runScore(options: ScoreOptions, context: CommandContext): Promise<void> {
  const { UserError } = await import("../../alert/user-error.ts");
  const { loadDqmFrom } = await import("../../dqm/files/model.ts");
  const { newNotes } = await import("../../dqm/files/histogram-files.ts");
  const { scoreRuns, writeScores } = await import("../../dqm/files/score.ts");
  if ((options.train === undefined) === (options.model === undefined)) {
    throw new UserError("one thing to learn from is needed", "cmswatch dqm score", "give either --train or --model");
  }
  const model =
    options.model === undefined ? await train(options, options.train ?? [], context) : await loadDqmFrom(options.model);
  const notes = newNotes();
  const { AROUND, BEFORE } = await import("../../dqm/judge/neighbours.ts");
  const neighbourhood = options.around === true ? AROUND : BEFORE;
  const counted = await writeScores(options.out, scoreRuns(model, options.test, notes, neighbourhood));
  sayNotes(notes, context);
  const { lumisections, bad, empty } = counted;
  const summary = { lumisections, bad, empty, refused: notes.refused, out: options.out };
  context.out(
    options.json === true
      ? `${JSON.stringify(summary, null, 2)}\n`
      : `${options.out}: ${lumisections} lumisections, ${bad} bad, ${empty} empty\n`,
  );
}
