import type { Command } from "commander";
import type { CommandContext } from "../command.ts";
import { integerOf, listOf, sayNotes } from "./words.ts";

interface EvaluateOptions {
  readonly data: string;
  readonly labels: string;
  readonly detector: string;
  readonly histogram?: string;
  readonly seed: string;
  readonly json?: boolean;
}

/** `cmswatch dqm evaluate`. */
export function registerDqmEvaluate(dqm: Command, context: CommandContext): void {
  dqm
    .command("evaluate")
    .description("judge detectors on labelled lumisections, each run by models that have not seen it")
    .requiredOption("--data <file>", "labelled histograms")
    .option("--labels <columns>", "columns with 1 for good and 0 for bad, by commas", "good_pixel,good")
    .option("--detector <names>", "by commas", "default,pull,beta-binomial,chi2,ks,pca,autoencoder,entries")
    .option("--histogram <name>", "which histogram, where the file has several")
    .option("--seed <n>", "repeats exactly for a seed", "1")
    .option("--json", "print JSON")
    .action((options: EvaluateOptions) => runEvaluate(options, context));
}

async function runEvaluate(options: EvaluateOptions, context: CommandContext): Promise<void> {
  const { evaluateDqm } = await import("../../dqm/files/evaluate.ts");
  const { newNotes } = await import("../../dqm/files/histogram-files.ts");
  const { formatTable } = await import("../table.ts");
  const notes = newNotes();
  const figures = await evaluateDqm(
    options.data,
    {
      labels: listOf(options.labels),
      detectors: listOf(options.detector),
      histogram: options.histogram,
      seed: integerOf(options.seed, "--seed"),
    },
    notes,
  );
  sayNotes(notes, context);
  if (options.json === true) {
    context.out(`${JSON.stringify(figures, null, 2)}\n`);
    return;
  }
  const rows = figures.map((one) => [
    one.label,
    one.detector,
    one.rocAuc.toFixed(4),
    one.prAuc.toFixed(4),
    one.found.toFixed(3),
    one.falselyBad.toFixed(3),
  ]);
  const cells = rows.map((row) => row.map((text) => ({ text })));
  context.out(formatTable(["label", "detector", "ROC-AUC", "PR-AUC", "found", "falsely bad"], cells));
}
