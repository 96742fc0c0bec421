import { parseJson } from "../../alert/json.ts";
import type { CommandContext, RegisterCommand } from "../command.ts";

/** `cmswatch config import`: the JSON configuration of CMS's intelligence module of 2020, as YAML for cmswatch. */
export const registerConfigImport: RegisterCommand = (program, context) => {
  program
    .command("config")
    .description("work with configurations")
    .command("import")
    .description("turn the JSON configuration of CMS's intelligence module into cmswatch's YAML")
    .argument("<file>", "the JSON configuration")
    .option("--out <file>", "where to write (default: standard output)")
    .action((file: string, options: { out?: string }) => importConfig(file, options.out, context));
};

async function importConfig(file: string, out: string | undefined, context: CommandContext): Promise<void> {
  const [{ readFile, writeFile }, { importOriginalConfig }, { UserError }, { stringify }] = await Promise.all([
    import("node:fs/promises"),
    import("../../intelligence/original-config.ts"),
    import("../../alert/user-error.ts"),
    import("yaml"),
  ]);
  let tree: unknown;
  try {
    tree = parseJson(await readFile(file, "utf8"));
  } catch (error) {
    throw new UserError(
      `cannot be read as JSON (${(error as Error).message})`,
      file,
      "give the intelligence module's configuration",
      { cause: error },
    );
  }
  const { config, notes } = importOriginalConfig(tree, file);
  const text = `${notes.map((note) => `# ${note}\n`).join("")}${stringify(config)}`;
  if (out === undefined) {
    context.out(text);
  } else {
    await writeFile(out, text);
    context.out(`${out}: written${notes.length === 0 ? "" : `, with ${notes.length} notes at its top`}\n`);
  }
}
