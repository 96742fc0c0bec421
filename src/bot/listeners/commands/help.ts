import { helpMessage } from "../../messages/help.ts";
import type { Subcommand } from "./subcommand.ts";

/** `/anomaly help`. */
export const help: Subcommand = ({ reply }) => reply(helpMessage());
