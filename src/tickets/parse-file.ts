import { UserError } from "../alert/user-error.ts";
import { collect } from "./collect.ts";
import { formatProblem } from "./problem.ts";
import { readFileBytes } from "./read-file.ts";
import type { TicketFormat, TicketingSystem } from "./system.ts";
import { requireSystem } from "./systems.ts";

export interface ParseRequest {
  readonly system: string;
  readonly file: string;
  readonly format?: string;
  readonly maxBytes: string;
}

/** Where the tickets and the complaints go. */
interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/**
 * Prints the tickets of an export as a JSON list, and a line per problem as a complaint.
 * @returns true when there was nothing wrong with the export
 * @throws UserError when nothing of it can be read.
 */
export async function parseTicketFile(request: ParseRequest, output: Output): Promise<boolean> {
  const system = requireSystem(request.system);
  const format = chooseFormat(system, request);
  const maxBytes = Number(request.maxBytes);
  if (!Number.isSafeInteger(maxBytes) || maxBytes <= 0) {
    throw new UserError(`"${request.maxBytes}" is not a number of bytes`, "--max-bytes", "write it like 100000000");
  }
  const where = request.file;
  const bytes = readFileBytes(request.file, maxBytes);
  const found = await collect(system.parse(bytes, { format, where }), where, system.repeats);
  output.out("[");
  for (const [index, ticket] of found.tickets.entries()) {
    output.out(`${index === 0 ? "\n" : ",\n"}${JSON.stringify(system.print(ticket))}`);
  }
  output.out(found.tickets.length === 0 ? "]\n" : "\n]\n");
  for (const fault of found.problems) {
    output.err(`${formatProblem(fault, where)}\n`);
  }
  if (found.moreProblems > 0) {
    output.err(`${where}: and ${found.moreProblems} more problems\n`);
  }
  return found.problems.length === 0;
}

function chooseFormat(system: TicketingSystem, { format, file }: ParseRequest): TicketFormat {
  const ending = /\.(csv|xml|json)(?:\.gz)?$/i.exec(file)?.[1]?.toLowerCase();
  const wanted = format ?? ending;
  const known = system.formats.find((candidate) => candidate === wanted);
  if (format !== undefined && known === undefined) {
    throw new UserError(`${system.title} has no format "${format}"`, "--format", `use ${system.formats.join(" or ")}`);
  }
  return known ?? system.formats[0];
}
