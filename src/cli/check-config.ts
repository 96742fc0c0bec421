import type { RegisterCommand } from "./command.ts";

/** `cmswatch check-config FILE`: one line that says what is wrong, or what the file would run. */
export const registerCheckConfig: RegisterCommand = (program, context) => {
  program
    .command("check-config")
    .description("check a configuration file and those it names")
    .argument("<file>", "configuration (YAML)")
    .option("--json", "print the configuration with all defaults, secrets hidden")
    .action(async (file: string, options: { json?: boolean }) => {
      const { loadConfig } = await import("../config/load.ts");
      const { loadCatalogue } = await import("../config/catalogue.ts");
      const config = loadConfig(file, context.environment);
      const catalogue = loadCatalogue(config.services ?? null);
      if (options.json === true) {
        context.out(`${JSON.stringify(config, hideSecrets, 2)}\n`);
      } else {
        context.out(`${file}: ok, ${catalogue.services.length} services\n`);
      }
    });
};

function hideSecrets(key: string, value: unknown): unknown {
  return /(token|secret|password)$/i.test(key) && typeof value === "string" ? "(hidden)" : value;
}
