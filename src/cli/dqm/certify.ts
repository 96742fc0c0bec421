import type { Command } from "commander";
import type { CommandContext } from "../command.ts";
import { sayNotes } from "./words.ts";

interface CertifyOptions {
  readonly model: string;
  readonly test: string;
  readonly out: string;
  readonly exclude?: string;
  readonly config?: string;
  readonly maps?: string;
  readonly causal?: boolean;
  readonly json?: boolean;
}

interface AlgebraOptions {
  readonly out?: string;
}

/** `cmswatch dqm certify|merge|intersect|subtract`. */
export function registerDqmCertify(dqm: Command, context: CommandContext): void {
  dqm
    .command("certify")
    .description("judge runs and write a certification JSON of good ranges, with all reasons beside it")
    .requiredOption("--model <dir>", "folder with a trained model")
    .requiredOption("--test <file>", "histograms of the runs to judge")
    .requiredOption("--out <file>", "certification JSON; FILE.reasons.json is written beside it")
    .option("--exclude <file>", "ranges that are EXCLUDED whatever they look like, as such a JSON")
    .option("--config <file>", "keep the verdicts in its store, and let people's overrules there win")
    .option("--maps <dir>", "draw each run's lumisection map, and the bins of its worst lumisection, as .svg")
    .option("--causal", "judge a lumisection without those after it")
    .option("--json", "print counts per run as JSON")
    .action((options: CertifyOptions) => certify(options, context));
  const algebra = (name: "merge" | "intersect" | "subtract", description: string) =>
    dqm
      .command(name)
      .description(description)
      .argument("<files...>", "certification JSONs")
      .option("--out <file>", "file for the result instead of the screen")
      .action((files: readonly string[], options: AlgebraOptions) => combine(name, files, options, context));
  algebra("merge", "lumisections that are in any of the JSONs");
  algebra("intersect", "lumisections that are in all of the JSONs");
  algebra("subtract", "lumisections of the first JSON that are in none of the others");
}

async function certify(options: CertifyOptions, context: CommandContext): Promise<void> {
  const [
    { loadDqmFrom },
    { newNotes },
    { readGolden },
    { judgeFile, writeGolden, reasonsPath },
    { AROUND, BEFORE },
    verdicts,
  ] = await Promise.all([
    import("../../dqm/files/model.ts"),
    import("../../dqm/files/histogram-files.ts"),
    import("../../dqm/files/golden.ts"),
    import("../../dqm/files/judge.ts"),
    import("../../dqm/judge/neighbours.ts"),
    import("../../dqm/judge/verdicts.ts"),
  ]);
  const notes = newNotes();
  const model = await loadDqmFrom(options.model);
  const excluded = options.exclude === undefined ? undefined : await readGolden(options.exclude);
  const neighbourhood = options.causal === true ? BEFORE : AROUND;
  const runs = await judgeFile(model, options.test, { excluded, now: new Date(), notes, neighbourhood });
  sayNotes(notes, context);
  const overrules = options.config === undefined ? [] : await keep(runs, options.config, context);
  const final = new Map(runs.map(({ run, lumis }) => [run, verdicts.applyOverrules(run, lumis, overrules)]));
  const reasons = new Map([...final].map(([run, all]) => [run, verdicts.rangesWithReasons(all)]));
  const golden = verdicts.goldenOf(final);
  await writeGolden(options.out, golden, reasons);
  if (options.maps !== undefined) {
    await drawMaps(options.maps, runs, final);
  }
  const counts = [...final].map(([run, all]) => ({ run, ...verdicts.countStatuses(all) }));
  if (options.json === true) {
    context.out(`${JSON.stringify({ out: options.out, reasons: reasonsPath(options.out), runs: counts }, null, 2)}\n`);
    return;
  }
  for (const { run, ...statuses } of counts) {
    const said = Object.entries(statuses).filter(([, count]) => count > 0);
    context.out(`run ${run}: ${said.map(([status, count]) => `${count} ${status}`).join(", ")}\n`);
  }
}

/** Keeps the verdicts, and gives people's words about these runs. */
async function keep(
  runs: readonly import("../../alert/dqm.ts").JudgedRun[],
  config: string,
  context: CommandContext,
): Promise<readonly import("../../alert/dqm.ts").Overrule[]> {
  const { openDqmStore } = await import("./store.ts");
  const store = await openDqmStore(config, context);
  try {
    for (const run of runs) {
      await store.dqm.saveRun(run);
    }
    return await store.dqm.overrules({ runs: runs.map(({ run }) => run), limit: 100_000 });
  } finally {
    await store.close();
  }
}

async function drawMaps(
  folder: string,
  runs: readonly import("../../alert/dqm.ts").JudgedRun[],
  final: ReadonlyMap<number, readonly import("../../dqm/judge/verdicts.ts").FinalVerdict[]>,
): Promise<void> {
  const [{ mkdir }, { join }, { writePicture }, { binsPicture }, { lumisectionMap }] = await Promise.all([
    import("node:fs/promises"),
    import("node:path"),
    import("../picture.ts"),
    import("../../dqm/judge/pictures/bins.ts"),
    import("../../dqm/judge/pictures/lumisection-map.ts"),
  ]);
  await mkdir(folder, { recursive: true });
  for (const { run, evidence } of runs) {
    await writePicture(join(folder, `run-${run}.svg`), lumisectionMap(run, final.get(run) ?? []));
    const [worst] = evidence;
    if (worst !== undefined) {
      await writePicture(join(folder, `run-${run}-worst.svg`), binsPicture(run, worst));
    }
  }
}

async function combine(
  operation: "merge" | "intersect" | "subtract",
  files: readonly string[],
  { out }: AlgebraOptions,
  context: CommandContext,
): Promise<void> {
  const [{ readGolden }, golden, { formatGolden }, { writeGolden }] = await Promise.all([
    import("../../dqm/files/golden.ts"),
    import("../../dqm/judge/golden.ts"),
    import("../../dqm/judge/golden-json.ts"),
    import("../../dqm/files/judge.ts"),
  ]);
  const all = await Promise.all(files.map(readGolden));
  const [first = new Map(), ...others] = all;
  const result =
    operation === "merge"
      ? golden.mergeGolden(all)
      : operation === "intersect"
        ? golden.intersectGolden(all)
        : golden.subtractGolden(first, others);
  if (out === undefined) {
    context.out(formatGolden(result));
    return;
  }
  await writeGolden(out, result);
  context.out(`${out}: ${golden.lumisectionsIn(result)} lumisections of ${result.size} runs\n`);
}
