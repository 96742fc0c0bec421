import type { Clock } from "../../alert/clock.ts";
import { DQM_STATUSES, type DqmRange, type DqmStatus, type JudgedRun, type Overrule } from "../../alert/dqm.ts";
import type { Store } from "../../store/store.ts";
import { worstEvidence } from "../judge/certify.ts";
import { applyOverrules, countStatuses, type FinalVerdict, rangesWithReasons } from "../judge/verdicts.ts";

/** Who says something of a run, and where. */
export interface Speaker {
  readonly person: { readonly name: string };
  readonly via: Overrule["via"];
}

/** A run as it counts: the machine's verdicts with people's words over them. */
export interface RunReport {
  readonly run: number;
  readonly judgedAt: Date;
  readonly detector: string;
  readonly verdicts: readonly FinalVerdict[];
  readonly ranges: readonly DqmRange[];
  readonly counts: Readonly<Record<DqmStatus, number>>;
  readonly evidence: JudgedRun["evidence"];
  /** What is off in the worst lumisection, as sentences. */
  readonly worst: readonly string[];
  /** Newest first; those taken back too. */
  readonly overrules: readonly Overrule[];
}

export interface OverruleWish {
  readonly run: number;
  /** Inclusive. */
  readonly first: number;
  readonly last: number;
  readonly status: string;
  readonly reason: string;
}

/** What came of it, as a sentence for the person. */
export interface OverruleOutcome {
  readonly ok: boolean;
  readonly reason: string;
  /** Id of the overrule that was made or taken back. */
  readonly id: string | null;
}

/** What people see of runs and say about them; the same from Slack, web and command line. */
export interface DqmRecord {
  /** Null for a run that was never judged. */
  report(run: number): Promise<RunReport | null>;
  /** Highest run numbers first. */
  reports(limit: number): Promise<readonly RunReport[]>;
  overrule(wish: OverruleWish, actor: Speaker): Promise<OverruleOutcome>;
  /** Takes an overrule back; it stays in the record. */
  revoke(id: string, actor: Speaker): Promise<OverruleOutcome>;
}

export interface DqmRecordParts {
  readonly store: Pick<Store, "dqm" | "audit">;
  readonly clock: Clock;
  readonly newId: () => string;
  /** Hears of runs that somebody has said something about. */
  readonly onChange?: (run: number) => Promise<void>;
}

/** More words about a few runs than anybody says. */
const MOST_OVERRULES = 10_000;
const LONGEST_REASON = 1000;
const SHORTEST_REASON = 3;

export function createDqmRecord(parts: DqmRecordParts): DqmRecord {
  const { store, clock } = parts;
  const said = async (action: string, overrule: Overrule, actor: Speaker) => {
    const { run, first, last, status, reason } = overrule;
    const subject = `run ${run} lumisections ${first}-${last}`;
    const details = { id: overrule.id, status, reason };
    await store.audit.append({ at: clock(), actor: actor.person.name, via: actor.via, action, subject, details });
    await parts.onChange?.(run);
  };
  return {
    async report(run) {
      const dqm = await store.dqm.run(run);
      return dqm === null ? null : reportOf(dqm, await store.dqm.overrules({ runs: [run], limit: MOST_OVERRULES }));
    },
    async reports(limit) {
      const qualities = await store.dqm.runs(limit);
      const runs = qualities.map(({ run }) => run);
      const overrules = await store.dqm.overrules({ runs, limit: MOST_OVERRULES });
      return qualities.map((dqm) => reportOf(dqm, overrules));
    },
    async overrule(wish, actor) {
      const { run, first, last } = wish;
      const mistake = mistakeIn(wish);
      if (mistake !== null) {
        return { ok: false, reason: mistake, id: null };
      }
      const status = wish.status.toUpperCase() as DqmStatus;
      const overrule: Overrule = {
        id: parts.newId(),
        run,
        first,
        last,
        status,
        reason: wish.reason.trim().slice(0, LONGEST_REASON),
        by: actor.person.name,
        via: actor.via,
        at: clock(),
        revokedAt: null,
      };
      await store.dqm.saveOverrule(overrule);
      await said("overrule lumisections", overrule, actor);
      return { ok: true, reason: `Lumisections ${first} to ${last} of run ${run} are ${status} now.`, id: overrule.id };
    },
    async revoke(id, actor) {
      const known = (await store.dqm.overrules({ limit: MOST_OVERRULES })).find((one) => one.id === id);
      if (known === undefined || known.revokedAt !== null) {
        return {
          ok: false,
          reason: known === undefined ? `There is no overrule ${id}.` : "It was taken back before.",
          id: null,
        };
      }
      await store.dqm.saveOverrule({ ...known, revokedAt: clock() });
      await said("take overrule back", known, actor);
      return { ok: true, reason: `What ${known.by} said of run ${known.run} no longer counts.`, id };
    },
  };
}

function mistakeIn({ run, first, last, status, reason }: OverruleWish): string | null {
  if (![run, first, last].every((one) => Number.isSafeInteger(one) && one > 0) || last < first) {
    return `Run ${run}, lumisections ${first} to ${last}: whole numbers from 1 on are needed, the first one first.`;
  }
  if (!(DQM_STATUSES as readonly string[]).includes(status.toUpperCase())) {
    return `"${status}" is no status: one of ${DQM_STATUSES.join(", ")}.`;
  }
  return reason.trim().length < SHORTEST_REASON ? "A reason is needed: it stands in the record." : null;
}

function reportOf(dqm: JudgedRun, all: readonly Overrule[]): RunReport {
  const overrules = all.filter(({ run }) => run === dqm.run);
  const verdicts = applyOverrules(dqm.run, dqm.lumis, overrules);
  return {
    run: dqm.run,
    judgedAt: dqm.judgedAt,
    detector: dqm.detector,
    verdicts,
    ranges: rangesWithReasons(verdicts),
    counts: countStatuses(verdicts),
    evidence: dqm.evidence,
    worst: worstEvidence(dqm),
    overrules,
  };
}
