import type { CommandContext, RegisterCommand } from "../command.ts";

/** `cmswatch runbooks lint|find`. */
export const registerRunbooks: RegisterCommand = (program, context) => {
  const family = program.command("runbooks").description("check runbooks, or find the one for an alert");
  family
    .command("lint")
    .description("check front matter, links, owners, and that every alert of the rules has a runbook")
    .option("--dir <folder>", "folder with runbooks (default: those that come with cmswatch, or `runbooks:`)")
    .option(
      "--rules <file>",
      "alerting rules: a Prometheus rule file, or a JSON list of {alertname, labels, annotations}",
    )
    .option("--config <file>", "configuration")
    .option("--json", "print the problems as JSON")
    .action((options: LintOptions) => lint(options, context));
  family
    .command("find")
    .description("find the runbook for an alert")
    .argument("<alertname...>", "the alert's name, or words about the problem")
    .option("--label <name=value...>", "labels of the alert", [])
    .option("--dir <folder>", "folder with runbooks")
    .option("--config <file>", "configuration")
    .option("--json", "print the runbook as JSON")
    .action((words: string[], options: FindOptions) => find(words.join(" "), options, context));
};

interface CommonOptions {
  readonly dir?: string;
  readonly config?: string;
  readonly json?: boolean;
}
type LintOptions = CommonOptions & { readonly rules?: string };
type FindOptions = CommonOptions & { readonly label: readonly string[] };

async function prepare(options: CommonOptions, context: CommandContext) {
  const [{ loadConfig }, { loadCatalogue }, { BUILT_IN_RUNBOOKS, readRunbooks }, { createRunbookIndex }] =
    await Promise.all([
      import("../../config/load.ts"),
      import("../../config/catalogue.ts"),
      import("../../intelligence/runbooks/load.ts"),
      import("../../intelligence/runbooks/match.ts"),
    ]);
  const config = loadConfig(options.config ?? null, context.environment);
  const folder = options.dir ?? config.runbooks ?? BUILT_IN_RUNBOOKS;
  const { runbooks, faults } = readRunbooks(folder);
  const index = createRunbookIndex(runbooks, (id) => `${folder}/${id}.md`);
  return { catalogue: loadCatalogue(config.services ?? null), runbooks, faults, index };
}

async function lint(options: LintOptions, context: CommandContext): Promise<void> {
  const { catalogue, runbooks, faults, index } = await prepare(options, context);
  const { lintRunbooks, rulesWithoutRunbook } = await import("../../intelligence/runbooks/lint.ts");
  const { readRules } = await import("./rules-file.ts");
  const rules = options.rules === undefined ? [] : readRules(options.rules);
  const problems = [
    ...faults.map((fault) => ({ where: fault.where, problem: `${fault.what} — ${fault.hint}` })),
    ...lintRunbooks(runbooks, catalogue),
    ...rulesWithoutRunbook(rules, index),
  ];
  if (options.json === true) {
    context.out(`${JSON.stringify({ runbooks: runbooks.length, rules: rules.length, problems })}\n`);
  } else {
    context.out(problems.map(({ where, problem }) => `${where}: ${problem}\n`).join(""));
    context.out(`${runbooks.length} runbooks, ${rules.length} rules: ${problems.length} problems\n`);
  }
  context.exit(problems.length === 0 ? 0 : 1);
}

async function find(words: string, options: FindOptions, context: CommandContext): Promise<void> {
  const { index } = await prepare(options, context);
  const { parseMatcher } = await import("../../alert/matcher.ts");
  const labels = Object.fromEntries(options.label.map(parseMatcher).map((matcher) => [matcher.name, matcher.value]));
  const link = index.find({ labels: { alertname: words, ...labels }, annotations: { summary: words } });
  if (link === null) {
    context.out(options.json === true ? "null\n" : `no runbook is near "${words}"\n`);
    context.exit(1);
    return;
  }
  const how = link.confidence === 1 ? "named for it" : `nearest by text, confidence ${link.confidence.toFixed(2)}`;
  const steps = link.firstSteps.map((step, at) => `  ${at + 1}. ${step}\n`).join("");
  context.out(options.json === true ? `${JSON.stringify(link)}\n` : `${link.title} (${how})\n${link.url}\n${steps}`);
}
