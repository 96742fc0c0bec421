import type { RegisterCommand } from "../command.ts";

/** `cmswatch store copy FROM TO`: everything a store keeps, into an empty one. */
export const registerStore: RegisterCommand = (program, context) => {
  program
    .command("store")
    .description("what cmswatch remembers: its database")
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
