import type { Actor } from "../../../operations/actions-types.ts";
import type { Desk } from "../../desk.ts";
import type { Reply } from "../reply.ts";

/** One `/anomaly <word> …` as its handler gets it; it is acknowledged already. */
export interface CommandInput {
  readonly desk: Desk;
  /** What follows the word, split at spaces. */
  readonly words: readonly string[];
  readonly actor: Actor;
  readonly userId: string;
  readonly channel: string;
  readonly triggerId: string;
  readonly reply: Reply;
}

export type Subcommand = (input: CommandInput) => Promise<void>;
