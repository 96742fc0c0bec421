import { pino } from "pino";
import { runCli } from "../../src/cli.ts";

/** What a command line printed, and how it ended. */
export interface CliResult {
  readonly out: string;
  readonly err: string;
  readonly code: number;
}

/** Runs `cmswatch …` in this process. */
export async function cmswatch(
  words: readonly string[],
  options: {
    readonly colour?: boolean;
    readonly environment?: NodeJS.ProcessEnv;
    readonly checkSlack?: NonNullable<Parameters<typeof runCli>[1]["checkSlack"]>;
  } = {},
): Promise<CliResult> {
  let out = "";
  let err = "";
  let code = 0;
  const context = {
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
    colour: options.colour === true,
    log: pino({ level: "silent" }),
    environment: options.environment ?? { USER: "ada", CMSWATCH_STORE_URL: "./no-such-store" },
    exit: (given: 0 | 1 | 2) => {
      code = given;
    },
    ...(options.checkSlack === undefined ? {} : { checkSlack: options.checkSlack }),
    serve: async () => {},
  };
  await runCli(words, context, "0.0.0");
  return { out, err, code };
}
