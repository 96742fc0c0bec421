import type { ActiveAlert, Alert, Labels } from "../../alert/alert.ts";
import type { Alertmanager } from "../../alert/alertmanager.ts";
import type { AlertGroup } from "../../alert/group.ts";
import { formatMatcher, type Matcher } from "../../alert/matcher.ts";
import { SILENCE_MARK } from "../../alert/silence.ts";
import type { Catalogue } from "../../config/catalogue.ts";
import type { SilenceLedgerRepository } from "../../store/store.ts";
import { type CompanionState, Companions } from "./companions.ts";
import { type GroupShape, planStorms, STORM_ALERT, type StormPlan } from "./plan.ts";

/** A silence that holds back children lives this long unless it is renewed: if cmswatch dies, they come back. */
const HOLD = 30 * 60_000;
const OWNER = "cmswatch";

/** A storm that stands. */
interface Standing {
  readonly groupId: string;
  shape: GroupShape;
  labels: Labels;
  readonly startsAt: number;
  silenceId: string | null;
  /** Matchers of the silence, formatted; a change makes a new silence. */
  matchers: string;
  until: number;
  hidden: string[];
  names: string[];
}

export interface CollapserState {
  readonly version: 1;
  readonly standing: readonly Standing[];
  readonly companions: CompanionState;
}

export interface CollapserParts {
  readonly alertmanager: Pick<Alertmanager, "post" | "putSilence" | "expireSilence">;
  readonly ledger: Pick<SilenceLedgerRepository, "save" | "get">;
  readonly catalogue: Catalogue;
  /** Fewer alerts than this are shown one by one. */
  readonly minimum?: number;
  readonly state?: CollapserState | null;
}

/** What was done in one look, for the log and for people. */
export interface CollapseReport {
  readonly groupId: string;
  readonly step: "begun" | "kept" | "ended";
  readonly reason: string;
  readonly hidden: number;
}

/** Turns storms into one alert each, and back. */
export interface Collapser {
  run(input: {
    readonly groups: readonly AlertGroup[];
    readonly shapes: ReadonlyMap<string, GroupShape>;
    readonly alerts: readonly ActiveAlert[];
    readonly now: Date;
    readonly dryRun?: boolean;
  }): Promise<readonly CollapseReport[]>;
  /** Silences that hold back children: to people, what only they hide still fires. */
  silenceIds(): ReadonlySet<string>;
  state(): CollapserState;
}

/**
 * The parent is posted and accepted before its children are silenced, so that nothing is hidden without its replacement;
 * and the silence goes before the parent does.
 */
export function createCollapser(parts: CollapserParts): Collapser {
  const { alertmanager, ledger, catalogue, minimum = 5, state = null } = parts;
  const standing = new Map<string, Standing>(
    (state?.standing ?? []).map((entry) => [entry.groupId, structuredClone(entry)]),
  );
  const companions = new Companions(state?.companions ?? null);

  async function hold(plan: StormPlan, now: Date): Promise<CollapseReport> {
    const known = standing.get(plan.groupId);
    const entry = known ?? begin(plan);
    const grown = entry.shape.kind !== plan.shape.kind;
    await alertmanager.post(grown ? [plan.parent, resolvedParent(entry, now)] : [plan.parent]);
    Object.assign(entry, { shape: plan.shape, labels: plan.parent.labels });
    standing.set(plan.groupId, entry);
    entry.names = [...new Set([...entry.names, ...plan.hidden.map((alert) => alert.labels["alertname"] ?? "")])].slice(
      0,
      200,
    );
    entry.hidden = [...new Set([...entry.hidden, ...plan.hidden.map((alert) => alert.fingerprint)])].slice(0, 5000);
    const matchers = plan.matchers.map(formatMatcher).join(",");
    if (
      plan.matchers.length > 0 &&
      (entry.silenceId === null || entry.matchers !== matchers || entry.until - now.getTime() < HOLD / 2)
    ) {
      await renew(entry, plan.matchers, matchers, now);
    }
    return {
      groupId: plan.groupId,
      step: known === undefined ? "begun" : "kept",
      reason: plan.reason,
      hidden: plan.hidden.length,
    };
  }

  async function renew(entry: Standing, matchers: readonly Matcher[], text: string, now: Date): Promise<void> {
    const endsAt = new Date(now.getTime() + HOLD);
    const reason = `part of one storm: ${entry.shape.subject}`;
    const before = entry.silenceId;
    const id = await alertmanager.putSilence({
      ...(before === null ? {} : { id: before }),
      matchers,
      startsAt: now,
      endsAt,
      createdBy: OWNER,
      comment: `${reason} (${entry.groupId}) ${SILENCE_MARK}`,
    });
    Object.assign(entry, { silenceId: id, matchers: text, until: endsAt.getTime() });
    if (before !== null && before !== id) {
      await close(before, now);
    }
    await ledger.save({
      silenceId: id,
      owner: OWNER,
      reason,
      purpose: "collapse",
      groupId: entry.groupId,
      matchers: matchers.map(formatMatcher),
      startsAt: now,
      endsAt,
      endedAt: null,
      hidden: entry.hidden,
    });
  }

  async function close(silenceId: string, now: Date): Promise<void> {
    const entry = await ledger.get(silenceId);
    if (entry !== null) {
      await ledger.save({ ...entry, endedAt: now });
    }
  }

  async function end(entry: Standing, now: Date): Promise<CollapseReport> {
    if (entry.silenceId !== null) {
      await alertmanager.expireSilence(entry.silenceId);
      await close(entry.silenceId, now);
    }
    await alertmanager.post([resolvedParent(entry, now)]);
    companions.learn(entry.shape.kind, entry.shape.subject, entry.names);
    standing.delete(entry.groupId);
    return {
      groupId: entry.groupId,
      step: "ended",
      reason: `${entry.shape.subject} is no longer the cause`,
      hidden: 0,
    };
  }

  return {
    async run({ groups, shapes, alerts, now, dryRun = false }) {
      const labels = new Map([...standing.values()].map((entry) => [entry.groupId, entry.labels]));
      const own = alerts.filter((alert) => alert.labels["alertname"] !== STORM_ALERT);
      const plans = planStorms({ groups, shapes, alerts: own, catalogue, companions, standing: labels, minimum });
      const over = [...standing.values()].filter((entry) => !plans.some((plan) => plan.groupId === entry.groupId));
      if (dryRun) {
        return plans.map((plan) => ({
          groupId: plan.groupId,
          step: "kept",
          reason: plan.reason,
          hidden: plan.hidden.length,
        }));
      }
      const reports: CollapseReport[] = [];
      for (const entry of over) {
        reports.push(await end(entry, now));
      }
      for (const plan of plans) {
        reports.push(await hold(plan, now));
      }
      return reports;
    },
    silenceIds: () => new Set([...standing.values()].flatMap((entry) => entry.silenceId ?? [])),
    state: () => structuredClone({ version: 1, standing: [...standing.values()], companions: companions.state() }),
  };
}

function begin({ groupId, shape, parent }: StormPlan): Standing {
  return {
    groupId,
    shape,
    labels: parent.labels,
    startsAt: parent.startsAt.getTime(),
    silenceId: null,
    matchers: "",
    until: 0,
    hidden: [],
    names: [],
  };
}

function resolvedParent(entry: Standing, now: Date): Alert {
  return {
    labels: entry.labels,
    annotations: { summary: `${entry.shape.subject}: the storm is over`, group: entry.groupId },
    startsAt: new Date(entry.startsAt),
    endsAt: now,
  };
}
