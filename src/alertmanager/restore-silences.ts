import type { Logger } from "pino";
import type { Alertmanager } from "../alert/alertmanager.ts";
import type { Clock } from "../alert/clock.ts";
import { parseMatcher } from "../alert/matcher.ts";
import { SILENCE_MARK } from "../alert/silence.ts";
import type { AcknowledgementBook } from "./acknowledgements.ts";
import type { LedgerEntry, SilenceLedger } from "./silence-types.ts";

export interface SilenceRestoreParts {
  readonly alertmanager: Pick<Alertmanager, "status" | "silences" | "putSilence">;
  readonly ledger: SilenceLedger;
  readonly acknowledgements: Pick<AcknowledgementBook, "active" | "save">;
  readonly clock: Clock;
  readonly log: Pick<Logger, "warn">;
}

const RESTORED: readonly LedgerEntry["purpose"][] = ["acknowledgement", "manual"];

/**
 * Gives an Alertmanager that lost its silences in a restart those back that people made through us: what somebody works on stays
 * acknowledged, and nobody is paged again. Looks once per start of Alertmanager.
 */
export function createSilenceRestore(parts: SilenceRestoreParts): () => Promise<void> {
  const { alertmanager, ledger, acknowledgements, clock, log } = parts;
  let checked: number | null = null;

  async function restore(entry: LedgerEntry): Promise<void> {
    const { silenceId: lost, owner, reason, matchers, endsAt } = entry;
    const now = clock();
    const comment = `${reason} ${SILENCE_MARK}`;
    const wish = { matchers: matchers.map(parseMatcher), startsAt: now, endsAt, createdBy: owner, comment };
    const silenceId = await alertmanager.putSilence(wish);
    await ledger.save({ ...entry, silenceId });
    await ledger.save({ ...entry, endedAt: now });
    for (const held of await acknowledgements.active()) {
      if (held.silenceId === lost) {
        await acknowledgements.save({ ...held, silenceId });
      }
    }
    log.warn({ lost, silenceId, owner }, "alertmanager lost a silence in its restart; it was made again");
  }

  return async () => {
    const { uptimeSince } = await alertmanager.status();
    if (uptimeSince.getTime() === checked) {
      return;
    }
    const held = new Set((await alertmanager.silences()).map(({ id }) => id));
    for (const entry of await ledger.active()) {
      const isLost = !held.has(entry.silenceId) && entry.startsAt < uptimeSince && entry.endsAt > clock();
      if (isLost && RESTORED.includes(entry.purpose)) {
        await restore(entry);
      }
    }
    checked = uptimeSince.getTime();
  };
}
