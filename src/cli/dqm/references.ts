import type { Command } from "commander";
import type { ReferenceSet } from "../../dqm/judge/references.ts";
import type { DqmModel } from "../../dqm/judge/saved.ts";
import type { CommandContext } from "../command.ts";
import { integerOf } from "./words.ts";

interface ReferenceOptions {
  readonly model: string;
  readonly json?: boolean;
}

/** `cmswatch dqm references list|remove|allow`: what a model compares with, and how to take it back. */
export function registerDqmReferences(dqm: Command, context: CommandContext): void {
  const references = dqm.command("references").description("runs that a model compares with");
  references
    .command("list")
    .description("which runs, how many lumisections of each, and how they came in")
    .requiredOption("--model <dir>", "folder with the model")
    .option("--json", "print JSON")
    .action((options: ReferenceOptions) => list(options, context));
  references
    .command("remove")
    .description("take runs out; certification does not bring them back; a running service loads it")
    .argument("<runs...>", "run numbers")
    .requiredOption("--model <dir>", "folder with the model")
    .action((runs: readonly string[], options: ReferenceOptions) => remove(runs, options, context));
  references
    .command("allow")
    .description("let certification bring runs back that were taken out")
    .argument("<runs...>", "run numbers")
    .requiredOption("--model <dir>", "folder with the model")
    .action((runs: readonly string[], options: ReferenceOptions) => allow(runs, options, context));
}

async function list({ model: folder, json }: ReferenceOptions, context: CommandContext): Promise<void> {
  const model = await loaded(folder);
  const rows = setsOf(model).flatMap(({ name, runs }) =>
    runs.map(({ run, lumisections, certified }) => ({
      run,
      histogram: name,
      lumisections,
      because: certified?.because ?? "trained on",
    })),
  );
  if (json === true) {
    context.out(`${JSON.stringify({ references: rows, withheld: model.withheld }, null, 2)}\n`);
    return;
  }
  const { formatTable } = await import("../table.ts");
  const cells = rows.map((row) =>
    [String(row.run), row.histogram, String(row.lumisections), row.because].map((text) => ({ text })),
  );
  context.out(formatTable(["run", "histogram", "lumisections", "because"], cells));
  if (model.withheld.length > 0) {
    context.out(`taken out: ${model.withheld.join(", ")}\n`);
  }
}

async function remove(
  given: readonly string[],
  { model: folder }: ReferenceOptions,
  context: CommandContext,
): Promise<void> {
  const [{ UserError }, { withoutRuns }, { fitDqm }, { saveDqmIn }] = await Promise.all([
    import("../../alert/user-error.ts"),
    import("../../dqm/judge/references.ts"),
    import("../../dqm/judge/saved.ts"),
    import("../../dqm/files/model.ts"),
  ]);
  const model = await loaded(folder);
  const gone = new Set(given.map((run) => integerOf(run, "run")));
  const sets = setsOf(model);
  const known = new Set(sets.flatMap(({ runs }) => runs.map(({ run }) => run)));
  const unknown = [...gone].filter((run) => !known.has(run));
  if (unknown.length > 0) {
    throw new UserError(`no reference run ${unknown.join(", ")}`, folder, "`cmswatch dqm references list` shows them");
  }
  const left = withoutRuns(sets, gone);
  if (left.length < sets.length) {
    throw new UserError("a histogram would have no reference run left", folder, "train on others first");
  }
  const withheld = [...new Set([...model.withheld, ...gone])];
  await saveDqmIn(folder, await fitDqm(model.detector, left, model.seed, withheld));
  context.out(`taken out: ${[...gone].join(", ")}; ${known.size - gone.size} reference runs are left\n`);
}

async function allow(
  given: readonly string[],
  { model: folder }: ReferenceOptions,
  context: CommandContext,
): Promise<void> {
  const { saveDqmIn } = await import("../../dqm/files/model.ts");
  const model = await loaded(folder);
  const allowed = new Set(given.map((run) => integerOf(run, "run")));
  const withheld = model.withheld.filter((run) => !allowed.has(run));
  await saveDqmIn(folder, { ...model, withheld });
  context.out(withheld.length === 0 ? "no run is kept out any more\n" : `still taken out: ${withheld.join(", ")}\n`);
}

async function loaded(folder: string): Promise<DqmModel> {
  const { loadDqmFrom } = await import("../../dqm/files/model.ts");
  return loadDqmFrom(folder);
}

function setsOf(model: DqmModel): readonly ReferenceSet[] {
  return [...model.histograms.values()].map(({ set }) => set);
}
