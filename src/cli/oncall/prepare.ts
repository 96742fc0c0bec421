import type { Catalogue, Service } from "../../config/catalogue.ts";
import type { Schedule } from "../../oncall/load.ts";
import type { Exceptions } from "../../oncall/turn.ts";
import type { Store } from "../../store/store.ts";
import type { CommandContext } from "../command.ts";

export interface ScheduleOptions {
  readonly config?: string;
  readonly schedule?: string;
}

/** What the commands work on. */
export interface Prepared {
  readonly schedule: Schedule;
  readonly catalogue: Catalogue & { readonly require: (name: string) => Service };
  readonly openStore: () => Promise<Store>;
  /** Overrides and calendars around a time; what could not be had is a problem, not an absence. */
  readonly withExceptions: (from: Date, to?: Date) => Promise<{ exceptions: Exceptions; problems: readonly string[] }>;
}

/** @throws UserError when there is no schedule, or it or the configuration is wrong */
export async function prepareOncall(options: ScheduleOptions, context: CommandContext): Promise<Prepared> {
  const [{ loadConfig }, { loadCatalogue }, { loadSchedule }, { UserError }, { nearestNames }] = await Promise.all([
    import("../../config/load.ts"),
    import("../../config/catalogue.ts"),
    import("../../oncall/load.ts"),
    import("../../alert/user-error.ts"),
    import("../../config/nearest.ts"),
  ]);
  const config = loadConfig(options.config ?? null, context.environment);
  const catalogue = loadCatalogue(config.services ?? null);
  const file = options.schedule ?? config.oncall;
  if (file === undefined) {
    throw new UserError("there is no schedule", "oncall", "name an oncall.yaml in the configuration, or by --schedule");
  }
  const require = (name: string) => {
    const service = catalogue.find(name);
    if (service === null) {
      const [near = null] = nearestNames(
        name,
        catalogue.services.map((one) => one.name),
        1,
      );
      throw new UserError(
        `there is no service "${name}"`,
        "--service",
        near === null ? "see the catalogue" : `did you mean "${near}"?`,
      );
    }
    return service;
  };
  const schedule = loadSchedule(file, catalogue);
  const openStore = async () => (await import("../../store/open.ts")).openStore(config.store, { log: context.log });
  return {
    schedule,
    catalogue: { ...catalogue, require },
    openStore,
    withExceptions: (from, to) => exceptionsAround(schedule, config.store.url, openStore, from, to ?? from),
  };
}

async function exceptionsAround(
  schedule: Schedule,
  url: string,
  openStore: () => Promise<Store>,
  from: Date,
  to: Date,
): Promise<{ exceptions: Exceptions; problems: readonly string[] }> {
  const [{ readFeeds }, { feedClient }, { createCalendarReader }, { mayHoldStore }] = await Promise.all([
    import("../../oncall/calendar/feeds.ts"),
    import("../../oncall/calendar/feed-client.ts"),
    import("../../oncall/calendar/thread.ts"),
    import("../../config/store-place.ts"),
  ]);
  const problems: string[] = [];
  const store = mayHoldStore(url)
    ? await openStore().catch((error: Error) => {
        problems.push(`exceptions that people made are not known: ${error.message}`);
        return null;
      })
    : null;
  try {
    const month = 31 * 86_400_000;
    const overrides = (await store?.oncall.overrides(from, new Date(to.getTime() + month))) ?? [];
    const parts = { states: store?.states ?? null, fetchText: feedClient(), read: createCalendarReader() };
    const feeds = await readFeeds(schedule, parts, from);
    return { exceptions: { overrides, calendars: feeds.calendars }, problems: [...problems, ...feeds.problems] };
  } finally {
    await store?.close();
  }
}
