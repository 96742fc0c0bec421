import { InvalidArgumentError } from "commander";
import type { RegisterCommand } from "./command.ts";

/** `cmswatch demo` and `cmswatch serve`: the whole of cmswatch, until it is interrupted. */
export const registerServe: RegisterCommand = (program, context) => {
  program
    .command("demo")
    .description("run everything on embedded parts and a simulated CMSWEB")
    .option("--config <file>", "configuration to start from")
    .option("--port <port>", "port of the page", readPort)
    .action((options: { config?: string; port?: number }) =>
      context.serve({
        config: options.config ?? null,
        demo: true,
        ...(options.port === undefined ? {} : { port: options.port }),
      }),
    );
  program
    .command("serve")
    .description("run everything, for real")
    .requiredOption("--config <file>", "configuration (YAML)")
    .action((options: { config: string }) => context.serve({ config: options.config, demo: false }));
};

function readPort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new InvalidArgumentError("a port is a number from 0 to 65535 (0: any free one)");
  }
  return port;
}
