import type { Logger } from "pino";
import type { Alertmanager } from "../alert/alertmanager.ts";
import { atMostEvery, type Clock } from "../alert/clock.ts";
import type { Config } from "../config/schema.ts";
import type { Store } from "../store/store.ts";
import type { Acknowledgements } from "./acknowledgements.ts";
import { createRecurringMaintenance } from "./recurring.ts";
import type { RememberingAlertmanager } from "./remembering.ts";
import { createSilenceRestore } from "./restore-silences.ts";
import { createSilenceMaintenance } from "./silence-care.ts";
import type { Silences } from "./silences.ts";

export interface MaintenanceParts {
  readonly config: Config["intelligence"];
  readonly silences: Pick<Silences, "add">;
  readonly alertmanager: Pick<RememberingAlertmanager, keyof Alertmanager | "isWhole">;
  readonly store: Store;
  readonly acknowledgements: Acknowledgements;
  readonly clock: Clock;
  readonly log: Logger;
}

const EVERY = 10_000;

/**
 * Looks after acknowledgements and silences of ours, at most every ten seconds, and makes those that come again; a failure is
 * told and tried again. @throws UserError for recurring silences that cannot be
 */
export function createMaintenance(parts: MaintenanceParts): (now: Date) => Promise<void> {
  const { alertmanager, store, acknowledgements, clock, log } = parts;
  const makeRecurring = createRecurringMaintenance(parts);
  const lookAfterSilences = createSilenceMaintenance({ alertmanager, ledger: store.silences, clock, log });
  const restoreLost = createSilenceRestore({
    alertmanager,
    ledger: store.silences,
    acknowledgements: store.acknowledgements,
    clock,
    log,
  });
  const isDue = atMostEvery(EVERY, clock);
  return async (now) => {
    if (!isDue()) {
      return;
    }
    try {
      await restoreLost();
      for (const { acknowledgement, action, reason } of await acknowledgements.tend(alertmanager.isWhole())) {
        if (action === "end") {
          log.info({ group: acknowledgement.groupId, by: acknowledgement.by, reason }, "acknowledgement ended");
        }
      }
      if (alertmanager.isWhole()) {
        await lookAfterSilences();
      }
      await makeRecurring(now);
    } catch (error) {
      log.warn({ err: error }, "silences could not be looked after; tried again soon");
    }
  };
}
