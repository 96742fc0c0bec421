import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../alert/clock.ts";
import type { TicketSystem } from "../alert/ticket.ts";
import type { Config } from "../config/schema.ts";
import { certificatePlaces } from "../http/x509.ts";
import type { TicketFilter } from "./filter.ts";
import { createTicketSource, type TicketSource } from "./source.ts";
import type { SourceTools } from "./system.ts";
import { SYSTEMS } from "./systems.ts";

/** A configured source, how often it is fetched, and which of its tickets are wanted. */
export interface ConfiguredSource {
  readonly source: TicketSource;
  /** Milliseconds from one fetch to the next. */
  readonly every: number;
  readonly filter: TicketFilter;
}

/** The sources that the configuration names, in a fixed order; none when it names none. */
export function configuredSources(config: Config["tickets"], tools: SourceTools): readonly ConfiguredSource[] {
  return (Object.keys(SYSTEMS) as TicketSystem[]).flatMap((name) => {
    const settings = config[name];
    if (settings === undefined) {
      return [];
    }
    const vo = "vo" in settings && settings.vo !== undefined ? { vo: [settings.vo] } : {};
    const source = createTicketSource(SYSTEMS[name], settings, tools);
    return [{ source, every: settings.every, filter: { ...vo, ...settings.filter } }];
  });
}

/** The tools of a process: its environment, its user, its network. */
export function processTools(environment: NodeJS.ProcessEnv, clock: Clock): SourceTools {
  return {
    ...certificatePlaces(environment),
    clock,
    random: Math.random,
    sleep: (milliseconds, signal) => sleep(milliseconds, undefined, signal === undefined ? {} : { signal }),
  };
}
