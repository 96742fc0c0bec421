import type { Database } from "./database.ts";
import { acknowledgementRepository } from "./repositories/acknowledgements.ts";
import { anomalyRepository } from "./repositories/anomalies.ts";
import { auditRepository } from "./repositories/audit.ts";
import { dqmRepository } from "./repositories/dqm.ts";
import { feedbackRepository } from "./repositories/feedback.ts";
import { alertHistoryRepository } from "./repositories/history.ts";
import { messageRepository } from "./repositories/messages.ts";
import { modelRepository } from "./repositories/models.ts";
import { oncallRepository } from "./repositories/oncall.ts";
import { prune } from "./repositories/prune.ts";
import { silenceLedgerRepository } from "./repositories/silences.ts";
import { stateRepository } from "./repositories/states.ts";
import { ticketRepository } from "./repositories/tickets.ts";
import type { Store } from "./store.ts";

/** The store over a migrated database. */
export function assembleStore(database: Database, close: () => Promise<void>): OpenedStore {
  let closing: Promise<void> | null = null;
  return {
    tickets: ticketRepository(database),
    anomalies: anomalyRepository(database),
    models: modelRepository(database),
    history: alertHistoryRepository(database),
    messages: messageRepository(database),
    acknowledgements: acknowledgementRepository(database),
    silences: silenceLedgerRepository(database),
    feedback: feedbackRepository(database),
    oncall: oncallRepository(database),
    audit: auditRepository(database),
    dqm: dqmRepository(database),
    states: stateRepository(database),
    database,
    prune: (before) => prune(database, before),
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

/** A store together with its database. */
export interface OpenedStore extends Store {
  /** Of this room alone. */
  readonly database: Database;
}
