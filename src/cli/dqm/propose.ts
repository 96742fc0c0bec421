import type { Command } from "commander";
import type { CommandContext } from "../command.ts";
import { sayNotes } from "./words.ts";

interface ProposeOptions {
  readonly data: string;
  readonly histogram?: string;
  readonly json?: boolean;
}

/** `cmswatch dqm propose`. */
export function registerDqmPropose(dqm: Command, context: CommandContext): void {
  dqm
    .command("propose")
    .description("propose reference runs where none is certified: those near the median shape, with the reason of each")
    .requiredOption("--data <file>", "histograms of runs, most of them good")
    .option("--histogram <name>", "only this histogram")
    .option("--json", "print JSON")
    .action((options: ProposeOptions) => propose(options, context));
}

async function propose(options: ProposeOptions, context: CommandContext): Promise<void> {
  const [{ newNotes, readHistograms }, { collectReferences }, { proposeReferences }, { formatTable }] =
    await Promise.all([
      import("../../dqm/files/histogram-files.ts"),
      import("../../dqm/judge/references.ts"),
      import("../../dqm/judge/propose.ts"),
      import("../table.ts"),
    ]);
  const notes = newNotes();
  const references = collectReferences(1);
  const chosen = options.histogram === undefined ? {} : { histograms: [options.histogram] };
  for await (const histogram of readHistograms(options.data, { notes, ...chosen })) {
    references.add(histogram);
  }
  sayNotes(notes, context);
  const proposals = references.sets().map((set) => ({ histogram: set.name, runs: proposeReferences(set) }));
  if (options.json === true) {
    context.out(`${JSON.stringify(proposals, null, 2)}\n`);
    return;
  }
  for (const { histogram, runs } of proposals) {
    const rows = runs.map(({ run, proposed, lumisections, reason }) =>
      [String(run), proposed ? "reference" : "–", String(lumisections), reason].map((text) => ({ text })),
    );
    context.out(`${histogram}\n${formatTable(["run", "proposed", "lumisections", "why"], rows)}`);
    const good = runs.filter(({ proposed }) => proposed).map(({ run }) => run);
    context.out(`--runs ${good.join(",")}\n`);
  }
}
