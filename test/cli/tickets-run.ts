import { pino } from "pino";
import { runCli } from "../../src/cli.ts";

/** What a command wrote, and its exit code. */
export interface CommandResult {
  out: string;
  err: string;
  code: number;
}

/** Runs `cmswatch tickets …` in this process. */
export async function runTickets(...words: readonly string[]): Promise<CommandResult> {
  const result: CommandResult = { out: "", err: "", code: 0 };
  await runCli(
    ["tickets", ...words],
    {
      out: (text) => {
        result.out += text;
      },
      err: (text) => {
        result.err += text;
      },
      colour: false,
      log: pino({ level: "silent" }),
      environment: {},
      exit: (code) => {
        result.code = code;
      },
      serve: () => Promise.reject(new Error("not here")),
    },
    "0.0.0",
  );
  return result;
}
