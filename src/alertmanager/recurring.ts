import type { Logger } from "pino";
import type { Alertmanager } from "../alert/alertmanager.ts";
import type { Clock } from "../alert/clock.ts";
import type { Config } from "../config/schema.ts";
import type { Store } from "../store/store.ts";
import { readRecurring } from "./recurring-config.ts";
import { createRecurringSilences } from "./recurring-silences.ts";
import type { Silences } from "./silences.ts";

const MINUTE = 60_000;

export interface RecurringParts {
  readonly config: Config["intelligence"];
  readonly alertmanager: Pick<Alertmanager, "silences">;
  readonly silences: Pick<Silences, "add">;
  readonly store: Pick<Store, "messages">;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Makes the configured silences that come again, at most once a minute, by one replica of several.
 * @throws UserError for a configuration that cannot be
 */
export function createRecurringMaintenance(parts: RecurringParts): (now: Date) => Promise<void> {
  const { store, log } = parts;
  const wishes = readRecurring(parts.config);
  const make = createRecurringSilences(parts);
  let last = Number.NEGATIVE_INFINITY;
  return async (now) => {
    const minute = Math.floor(now.getTime() / MINUTE);
    if (wishes.length === 0 || minute === last) {
      return;
    }
    last = minute;
    if (await store.messages.claim(`recurring-silences/${minute}`, now)) {
      for (const { silenceId, reason, endsAt } of await make(wishes)) {
        log.info({ silenceId, reason, endsAt }, "recurring silence made");
      }
    }
  };
}
