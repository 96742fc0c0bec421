import type { Command } from "commander";
import type { CommandContext, RegisterCommand } from "../command.ts";
import type { SyncRequest } from "./sync.ts";

/** `cmswatch tickets …`: read exports, bring tickets into Alertmanager, look at what is known of them. */
export const registerTickets: RegisterCommand = (program, context) => {
  const tickets = program
    .command("tickets")
    .description("tickets of GGUS, the WLCG helpdesk and Jira, outages of the SSB");
  registerParse(tickets, context);
  registerSync(tickets, context);
  registerLook(tickets, context);
  registerLinks(tickets, context);
};

function registerParse(tickets: Command, context: CommandContext): void {
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
      const { parseTicketFile } = await import("../../tickets/parse-file.ts");
      const clean = await parseTicketFile({ system, file, ...options }, context);
      context.exit(clean ? 0 : 1);
    });
}

function registerSync(tickets: Command, context: CommandContext): void {
  tickets
    .command("sync")
    .description("bring the tickets of all configured sources into Alertmanager: push, refresh, resolve")
    .requiredOption("--config <file>", "configuration (YAML)")
    .option("--once", "one round, then end; without it until interrupted")
    .option("--dry-run", "one round that says what it would do, and writes nothing anywhere")
    .option(
      "--confirm-missing",
      "resolve what a complete fetch no longer has, also when it is so much that it is held back",
    )
    .option("--json", "print JSON, a line per round")
    .addHelpText(
      "after",
      "\nExit code: 0 all is well, 1 a source was incomplete or odd, 2 a source or Alertmanager failed.",
    )
    .action(async (options: SyncRequest) => {
      const { syncTickets } = await import("./sync.ts");
      context.exit(await syncTickets(options, context));
    });
}

function registerLook(tickets: Command, context: CommandContext): void {
  tickets
    .command("list")
    .description("list the open tickets that are known")
    .option("--config <file>", "configuration (YAML)")
    .option("--system <system>", "only those of ggus, helpdesk, ssb or jira")
    .option("--json", "print JSON")
    .action(async (options: { config?: string; system?: string; json?: boolean }) => {
      const { listTickets } = await import("./look.ts");
      context.exit(await listTickets(options, context));
    });
  tickets
    .command("show")
    .description("show a ticket as last seen, and the alert made from it")
    .argument("<ticket>", "e.g. ggus/153264, ssb/OTG0054345, or the name of its alert")
    .option("--config <file>", "configuration (YAML)")
    .option("--json", "print JSON")
    .action(async (name: string, options: { config?: string; json?: boolean }) => {
      const { showTicket } = await import("./look.ts");
      context.exit(await showTicket(name, options, context));
    });
  tickets
    .command("history")
    .description("show everything that happened to a ticket")
    .argument("<ticket>", "e.g. ggus/153264, ssb/OTG0054345, or the name of its alert")
    .option("--config <file>", "configuration (YAML)")
    .option("--json", "print JSON")
    .action(async (name: string, options: { config?: string; json?: boolean }) => {
      const { showHistory } = await import("./look.ts");
      context.exit(await showHistory(name, options, context));
    });
}

function registerLinks(tickets: Command, context: CommandContext): void {
  tickets
    .command("links")
    .description("list the issues that several open tickets are about, and why they belong together")
    .option("--config <file>", "configuration (YAML)")
    .option("--json", "print JSON")
    .action(async (options: { config?: string; json?: boolean }) => {
      const { listLinks } = await import("./links.ts");
      context.exit(await listLinks(options, context));
    });
  tickets
    .command("unlink")
    .description("say that two tickets do not belong together; it stays so")
    .argument("<ticket>", "e.g. ggus/153264")
    .argument("<other>", "e.g. ssb/OTG0054345")
    .option("--config <file>", "configuration (YAML)")
    .option("--again", "take it back: they may be linked again")
    .action(async (left: string, right: string, options: { config?: string; again?: boolean }) => {
      const { unlinkTickets } = await import("./links.ts");
      context.exit(await unlinkTickets(left, right, options, context));
    });
}
