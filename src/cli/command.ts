import type { Command } from "commander";
import type { Logger } from "pino";
import type { Config } from "../config/schema.ts";

/** Where a command writes and what it may start; tests hand in their own. */
export interface CommandContext {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** True when people see colours: a terminal, and no NO_COLOR. */
  readonly colour: boolean;
  readonly log: Logger;
  readonly environment: NodeJS.ProcessEnv;
  /** Sets the process's exit code: 0 ok, 1 found something, 2 failed. */
  readonly exit: (code: 0 | 1 | 2) => void;
  /** Asks Slack whether token, scopes, channels and user groups are as the bot needs them. Given by the composition root: only it knows the bot. */
  readonly checkSlack?: (config: Config["slack"]) => Promise<readonly Finding[]>;
  /** Runs the whole of cmswatch until `signal` aborts. Given by the composition root. */
  readonly serve: (options: ServeOptions) => Promise<void>;
}

/** One line of a check. */
export interface Finding {
  readonly ok: boolean;
  /** What was looked at. */
  readonly what: string;
  /** What was found, and what to do where it is not ok. */
  readonly detail: string;
}

export interface ServeOptions {
  readonly config: string | null;
  /** Embedded parts and the simulated CMSWEB. */
  readonly demo: boolean;
  readonly port?: number;
  readonly signal?: AbortSignal;
}

/** Adds one command (or a family) to the program. Heavy imports belong inside its action. */
export type RegisterCommand = (program: Command, context: CommandContext) => void;
