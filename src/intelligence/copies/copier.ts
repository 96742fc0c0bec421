import type { ActiveAlert } from "../../alert/alert.ts";
import type { Alertmanager } from "../../alert/alertmanager.ts";
import { formatMatcher } from "../../alert/matcher.ts";
import { own } from "../../alert/own.ts";
import { SILENCE_MARK } from "../../alert/silence.ts";
import type { SilenceLedgerRepository } from "../../store/store.ts";
import type { Item } from "../stage.ts";
import { COPY_MARK } from "../stages/preprocess.ts";
import { type Copy, type CopyPlan, HOLD, planCopies } from "./plan.ts";
import { type CopySilence, matchersText, planSilences } from "./silences.ts";

const BATCH = 1000;
const OWNER = "cmswatch";
const REASON = "an enriched copy is shown instead";

interface HeldSilence {
  readonly key: string;
  readonly id: string;
  readonly matchers: string;
  readonly until: number;
}

export interface CopierState {
  readonly version: 1;
  readonly copies: readonly Copy[];
  readonly silences: readonly HeldSilence[];
}

export interface CopierParts {
  readonly alertmanager: Pick<Alertmanager, "post" | "putSilence" | "expireSilence">;
  readonly ledger: Pick<SilenceLedgerRepository, "save" | "get">;
  readonly state?: CopierState | null;
}

/** What one cycle sent. */
export interface CopyReport {
  readonly counts: CopyPlan["counts"];
  readonly silencesPut: number;
  readonly silencesExpired: number;
}

/** Keeps an enriched copy of each alert of others that the stages changed, and its original silenced. */
export interface Copier {
  run(items: readonly Item[], alerts: readonly ActiveAlert[], now: Date, dryRun?: boolean): Promise<CopyReport>;
  /** Silences over originals whose copies are shown. */
  silenceIds(): ReadonlySet<string>;
  state(): CopierState;
}

/** Copies are pushed and accepted before their originals are silenced: nothing is hidden without its replacement. */
export function createCopier({ alertmanager, ledger, state = null }: CopierParts): Copier {
  let copies: readonly Copy[] = state?.copies ?? [];
  const held = new Map<string, HeldSilence>((state?.silences ?? []).map((silence) => [silence.key, silence]));

  async function put(silence: CopySilence, now: Date): Promise<void> {
    const old = held.get(silence.key);
    const endsAt = new Date(now.getTime() + HOLD);
    const id = await alertmanager.putSilence({
      ...(old === undefined ? {} : { id: old.id }),
      matchers: silence.matchers,
      startsAt: now,
      endsAt,
      createdBy: OWNER,
      comment: `${REASON} ${SILENCE_MARK}`,
    });
    held.set(silence.key, { key: silence.key, id, matchers: matchersText(silence.matchers), until: endsAt.getTime() });
    await ledger.save({
      silenceId: id,
      owner: OWNER,
      reason: REASON,
      purpose: "copy",
      groupId: null,
      matchers: silence.matchers.map(formatMatcher),
      startsAt: now,
      endsAt,
      endedAt: null,
      hidden: silence.members,
    });
    if (old !== undefined && old.id !== id) {
      await close(old.id, now);
    }
  }

  async function close(id: string, now: Date): Promise<void> {
    const entry = await ledger.get(id);
    if (entry !== null) {
      await ledger.save({ ...entry, endedAt: now });
    }
  }

  async function expire(silence: HeldSilence, now: Date): Promise<void> {
    await alertmanager.expireSilence(silence.id);
    held.delete(silence.key);
    await close(silence.id, now);
  }

  return {
    state: () => ({ version: 1, copies, silences: [...held.values()] }),
    silenceIds: () => new Set([...held.values()].map((silence) => silence.id)),
    async run(items, alerts, now, dryRun = false) {
      const ids = new Set([...held.values()].map((silence) => silence.id));
      const plan = planCopies(items, copies, (id) => ids.has(id), now);
      const sources = new Set(plan.copies.map((copy) => copy.source));
      const bystanders = alerts.filter(
        (alert) => !sources.has(alert.fingerprint) && own(alert.labels, COPY_MARK.name) === undefined,
      );
      const wanted = planSilences(
        plan.copies,
        bystanders.map((alert) => alert.labels),
      );
      const keys = new Set(wanted.map((silence) => silence.key));
      const stale = [...held.values()].filter((silence) => !keys.has(silence.key));
      const due = wanted.filter((silence) => isDue(held.get(silence.key), silence, now));
      if (!dryRun) {
        for (let at = 0; at < plan.push.length; at += BATCH) {
          await alertmanager.post(plan.push.slice(at, at + BATCH));
        }
        copies = plan.copies;
        await Promise.all(due.map((silence) => put(silence, now)));
        await Promise.all(stale.map((silence) => expire(silence, now)));
      }
      return { counts: plan.counts, silencesPut: due.length, silencesExpired: stale.length };
    },
  };
}

function isDue(old: HeldSilence | undefined, silence: CopySilence, now: Date): boolean {
  return old === undefined || old.matchers !== matchersText(silence.matchers) || old.until - now.getTime() <= HOLD / 2;
}
