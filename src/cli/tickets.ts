import type { RegisterCommand } from "./command.ts";

/** `cmswatch tickets …`: read exports, bring tickets into Alertmanager, look at what is known of them. */
export const registerTickets: RegisterCommand = (program, context) => {
  const tickets = program
    .command("tickets")
    .description("tickets of GGUS, the WLCG helpdesk and Jira, outages of the SSB");
  tickets
    .command("parse")
    .description("print the tickets of an export as JSON; what is wrong with it goes to standard error")
    .argument("<system>", "ggus, helpdesk, ssb or jira")
    .argument("<file>", "the export; may be gzipped")
    .option("--format <format>", "csv, xml or json; without it the file's name tells, else the system's usual one")
    .option("--max-bytes <bytes>", "largest file to read, unpacked", "100000000")
    .option("--json", "print JSON (it always is)")
    .addHelpText("after", "\nExit code: 0 all tickets are good, 1 some were left out or odd, 2 nothing could be read.")
    .action(async (system: string, file: string, options: { format?: string; maxBytes: string }) => {
      const { parseTicketFile } = await import("../tickets/parse-file.ts");
      const clean = await parseTicketFile({ system, file, ...options }, context);
      context.exit(clean ? 0 : 1);
    });
};
