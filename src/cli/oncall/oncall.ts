import type { Command } from "commander";
import type { CommandContext, RegisterCommand } from "../command.ts";
import { prepareOncall, type ScheduleOptions } from "./prepare.ts";

const LONGEST = 800 * 86_400_000;

/** `cmswatch oncall now|list|override`. */
export const registerOncall: RegisterCommand = (program, context) => {
  const family = program.command("oncall").description("who is on call, and the exceptions people make");
  const command = (name: string, description: string): Command =>
    family
      .command(name)
      .description(description)
      .option("--config <file>", "configuration")
      .option("--schedule <file>", "oncall.yaml (default: the one that the configuration names)");
  command("now", "who is on call now, or at a time (exit code 1: nobody)")
    .option("--service <name>", "for one service; without it for every roster")
    .option("--at <time>", "at this time, e.g. 2026-01-05T09:00 or +4h", "now")
    .option("--json", "print JSON")
    .action((options: NowOptions) => now(options, context));
  command("list", "shifts to come")
    .option("--roster <name>", "of one roster")
    .option("--from <time>", "from this time", "now")
    .option("--for <duration>", "how far ahead", "14d")
    .option("--gaps", "only the times when nobody is on call (exit code 1: there are some)")
    .option("--ical", "print an iCalendar file")
    .option("--json", "print JSON")
    .action((options: ListOptions) => list(options, context));
  command("override", "put somebody else on call for a while, list such exceptions or remove one")
    .argument("[roster]", "roster, or roster/role for another role than the first")
    .argument("[person]", "who takes over")
    .option("--from <time>", "from this time", "now")
    .option("--for <duration>", "for so long")
    .option("--to <time>", "until this time")
    .option("--shift", "for the rest of the present shift")
    .option("--remove <id>", "remove an exception")
    .option("--by <name>", "who wants it (default: $USER)")
    .option("--json", "print JSON")
    .action((roster: string | undefined, person: string | undefined, options: OverrideOptions) =>
      override({ roster, person }, options, context),
    );
};

type CommonOptions = ScheduleOptions & { readonly json?: boolean };
type NowOptions = CommonOptions & { readonly service?: string; readonly at: string };
type ListOptions = CommonOptions & {
  readonly roster?: string;
  readonly from: string;
  readonly for: string;
  readonly gaps?: boolean;
  readonly ical?: boolean;
};
type OverrideOptions = CommonOptions & {
  readonly from: string;
  readonly for?: string;
  readonly to?: string;
  readonly shift?: boolean;
  readonly remove?: string;
  readonly by?: string;
};

async function now(options: NowOptions, context: CommandContext): Promise<void> {
  const { schedule, catalogue, withExceptions } = await prepareOncall(options, context);
  const { onDutyOf, whoIsOnCall } = await import("../../oncall/who.ts");
  const { readMoment } = await import("../../oncall/override.ts");
  const at = readMoment(options.at, schedule.timezone, new Date(), "--at");
  const service = options.service === undefined ? null : catalogue.require(options.service);
  const ownersOf = (name: string) => catalogue.find(name)?.owners ?? [];
  const { exceptions, problems } = await withExceptions(at);
  const answer = service === null ? null : whoIsOnCall(schedule, service.name, at, exceptions, ownersOf);
  const people = answer?.people ?? schedule.rosters.flatMap((roster) => onDutyOf(schedule, roster, at, exceptions));
  const nobody = answer?.nobody ?? people.every(({ person }) => person === null);
  if (options.json === true) {
    const reason = answer?.reason ?? null;
    context.out(
      `${JSON.stringify({ at, service: service?.name ?? null, nobody, reason, people, problems }, null, 2)}\n`,
    );
  } else {
    const { momentText } = await import("../../oncall/text.ts");
    const lines = people.map(({ key, person, until, because }) => {
      const end = until === null ? "" : ` until ${momentText(until, schedule.timezone)}`;
      return `${key}: ${person?.name ?? "NOBODY"}${end} (${because})\n`;
    });
    context.out((nobody ? ["NOBODY is on call\n", ...lines] : lines).join(""));
    warn(problems, context);
  }
  context.exit(nobody ? 1 : 0);
}

async function list(options: ListOptions, context: CommandContext): Promise<void> {
  const { schedule, withExceptions } = await prepareOncall(options, context);
  const [{ coverageOfRoles }, { readDuration, readMoment, requireName }] = await Promise.all([
    import("../../oncall/coverage.ts"),
    import("../../oncall/override.ts"),
  ]);
  const from = readMoment(options.from, schedule.timezone, new Date(), "--from");
  const to = new Date(from.getTime() + Math.min(readDuration(options.for, "--for"), LONGEST));
  const names = schedule.rosters.map(({ name }) => name);
  if (options.roster !== undefined) {
    requireName("roster", options.roster, names);
  }
  const { exceptions, problems } = await withExceptions(from, to);
  const wanted = options.roster === undefined ? names : [options.roster];
  const roles = coverageOfRoles(schedule, wanted, exceptions, { from, to }).map(({ key, segments }) => ({
    key,
    segments: segments.filter(({ person }) => options.gaps !== true || person === null),
  }));
  if (options.json === true) {
    context.out(`${JSON.stringify({ from, to, roles, problems }, null, 2)}\n`);
  } else {
    const { writeCalendar } = await import("../../oncall/calendar/write.ts");
    const { shiftsText } = await import("../../oncall/text.ts");
    const isCalendar = options.ical === true;
    context.out(isCalendar ? writeCalendar("On call", roles, new Date()) : shiftsText(roles, schedule.timezone));
    warn(problems, context);
  }
  context.exit(options.gaps === true && roles.some(({ segments }) => segments.length > 0) ? 1 : 0);
}

async function override(
  { roster, person }: { readonly roster: string | undefined; readonly person: string | undefined },
  options: OverrideOptions,
  context: CommandContext,
): Promise<void> {
  const { schedule, openStore } = await prepareOncall(options, context);
  const { changeOverrides } = await import("../../oncall/change-overrides.ts");
  const store = await openStore();
  try {
    const result = await changeOverrides(
      { ...options, roster, person, by: options.by ?? context.environment["USER"] ?? "cli" },
      { schedule, store, now: new Date() },
    );
    context.out(options.json === true ? `${JSON.stringify(result.overrides, null, 2)}\n` : result.text);
  } finally {
    await store.close();
  }
}

function warn(problems: readonly string[], context: CommandContext): void {
  context.err(problems.map((problem) => `cmswatch: ${problem}\n`).join(""));
}
