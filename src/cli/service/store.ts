import type { Command } from "commander";
import type { CopiedTable } from "../../store/copy.ts";
import type { CommandContext, RegisterCommand } from "../command.ts";

/** `cmswatch store …`: everything a store keeps, into an empty one. */
export const registerStore: RegisterCommand = (program, context) => {
  const store = program.command("store").description("what cmswatch remembers: its database");
  registerBackup(store, context);
  store
    .command("copy")
    .description(
      "copy a store into an empty one: from a folder to PostgreSQL, or back. Each is a folder, postgres://…, or a configuration (.yaml) whose store is meant",
    )
    .argument("<from>", "the store that is copied; cmswatch must not run on it")
    .argument("<to>", "a new folder or an empty database; a password stands in the configuration's store.passwordFile")
    .option("--json", "print JSON")
    .action(async (from: string, to: string, options: { json?: boolean }) => {
      const { copyBetween } = await import("./store-copy.ts");
      const copied = await copyBetween(from, to, context);
      const total = copied.reduce((sum, { rows }) => sum + rows, 0);
      const lines = copied.filter(({ rows }) => rows > 0).map(({ table, rows }) => `${table}: ${rows}\n`);
      context.out(
        options.json === true
          ? `${JSON.stringify(copied)}\n`
          : `${lines.join("")}${total} rows copied, counts and contents compared\n`,
      );
    });
};

/** `cmswatch store backup STORE FILE`, `restore FILE STORE`, `check FILE`. */
function registerBackup(store: Command, context: CommandContext): void {
  const show = (what: string, tables: readonly CopiedTable[], options: { json?: boolean }) => {
    const total = tables.reduce((sum, { rows }) => sum + rows, 0);
    context.out(options.json === true ? `${JSON.stringify(tables)}\n` : `${total} rows ${what}\n`);
  };
  store
    .command("backup")
    .description("write everything that a store keeps into one file; PostgreSQL may be in use, a folder may not")
    .argument("<store>", "a folder, postgres://…, or a configuration (.yaml) whose store is meant")
    .argument("<file>", "where to, e.g. cmswatch.backup; replaced when it is there")
    .option("--json", "print JSON")
    .action(async (from: string, file: string, options: { json?: boolean }) => {
      const { backUp } = await import("./store-copy.ts");
      show(`written to ${file}`, await backUp(from, file, context), options);
    });
  store
    .command("restore")
    .description("bring a backup into a new folder or an empty database")
    .argument("<file>", "what `cmswatch store backup` wrote")
    .argument("<store>", "a new folder, an empty database, or a configuration (.yaml) whose store is meant")
    .option("--json", "print JSON")
    .action(async (file: string, to: string, options: { json?: boolean }) => {
      const { restore } = await import("./store-copy.ts");
      show(`restored from ${file}`, await restore(file, to, context), options);
    });
  store
    .command("check")
    .description("say whether a backup is whole, by its counts and digest")
    .argument("<file>", "what `cmswatch store backup` wrote")
    .option("--json", "print JSON")
    .action(async (file: string, options: { json?: boolean }) => {
      const { checkBackup } = await import("../../store/backup.ts");
      show("in a whole backup", await checkBackup(file), options);
    });
}
