import type { Anomaly, Lowering } from "../../alert/anomaly.ts";
import type { Ticket } from "../../alert/ticket.ts";
import { UserError } from "../../alert/user-error.ts";
import { createForgiven } from "../../anomalies/alerts/forgiven.ts";
import { createLowerings } from "../../anomalies/alerts/lowerings.ts";
import { LONGEST_EVENT, type Stretch, stretchesOf } from "../../anomalies/life/history.ts";
import type { Catalogue } from "../../config/catalogue.ts";
import type { Config } from "../../config/schema.ts";
import { mayHoldStore } from "../../config/store-place.ts";
import type { Store } from "../../store/store.ts";
import type { EvaluationContext } from "../context.ts";

/** What the store knows that weighs on events: feedback, announced interventions, and the events of the past. */
export interface BacktestMemory {
  /** Gives the reasons to take an event of this range less seriously, as in service. */
  lowerings(range: { readonly from: Date; readonly to: Date }): Promise<(event: Anomaly) => readonly Lowering[]>;
  /** Stretches of an entity's history that do not teach, and those that people call ordinary, which do. */
  stretches(
    entity: string,
    from: Date,
    to: Date,
  ): Promise<{ readonly events: readonly Stretch[]; readonly ordinary: readonly Stretch[] }>;
  /** Why something is not counted; null where all is. */
  readonly note: string | null;
  close(): Promise<void>;
}

const MOST_FEEDBACK = 2000;
const MOST_TICKETS = 2000;
const MOST_EVENTS = 1000;
const AROUND = 3_600_000;

/**
 * Reads what weighs on the events of a range from the configured store. Without a store, or where a running service holds it,
 * only holidays count, and the note says so.
 */
export async function openMemory(parts: {
  readonly config: Config;
  readonly catalogue: Catalogue;
  readonly context: EvaluationContext;
}): Promise<BacktestMemory> {
  const { config, catalogue, context } = parts;
  const { store, note } = await openExisting(config, context);
  const forgiven = createForgiven(config.detect.timezone);
  forgiven.set((await store?.feedback.list({ kind: "not-anomaly", limit: MOST_FEEDBACK })) ?? []);
  const { muting } = forgiven;
  return {
    note,
    async lowerings(range) {
      const tickets = store === null ? [] : await announcedIn(store, range);
      return createLowerings({ detect: config.detect, catalogue, tickets: () => tickets, muting });
    },
    async stretches(entity, from, to) {
      if (store === null) {
        return { events: [], ordinary: [] };
      }
      const since = new Date(from.getTime() - LONGEST_EVENT);
      const known = await store.anomalies.recent({ since, entity, limit: MOST_EVENTS });
      const before = known.filter(({ openedAt }) => openedAt < to);
      return stretchesOf(before, to, (event) => muting(event) !== null);
    },
    close: async () => store?.close(),
  };
}

async function announcedIn(
  store: Pick<Store, "tickets">,
  { from, to }: { readonly from: Date; readonly to: Date },
): Promise<readonly Ticket[]> {
  const around = { from: new Date(from.getTime() - AROUND), to: new Date(to.getTime() + AROUND) };
  return (await store.tickets.announced("ssb", around, MOST_TICKETS)).map(({ ticket }) => ticket);
}

/** The store, if there is one: trying a configuration must not make a database. */
async function openExisting({ store: wanted }: Pick<Config, "store">, { log }: EvaluationContext) {
  const nothing = "neither feedback nor announced interventions count";
  if (!mayHoldStore(wanted.url)) {
    return { store: null, note: `${nothing}: there is no store at ${wanted.url} (store.url)` };
  }
  const { openStore } = await import("../../store/open.ts");
  try {
    return { store: await openStore(wanted, { log }), note: null };
  } catch (error) {
    if (!(error instanceof UserError)) {
      throw error;
    }
    return { store: null, note: `${nothing}: ${error.where} ${error.what}; ${error.hint}` };
  }
}
