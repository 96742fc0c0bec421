import { alertName } from "../alert/alert.ts";
import type { Alertmanager } from "../alert/alertmanager.ts";
import type { Clock } from "../alert/clock.ts";
import { formatDuration } from "../alert/duration.ts";
import type { AlertGroup } from "../alert/group.ts";
import { type Matcher, matchesAll } from "../alert/matcher.ts";
import type { SilencePreview } from "../alert/silence.ts";
import { UserError } from "../alert/user-error.ts";
import type { CurrentState } from "../status/current-state.ts";
import type { Acknowledgement, Feedback, LedgerEntry, Store } from "../store/store.ts";
import type { ActionResult, Actions, Actor, FeedbackWish, Refusal, SilenceWish } from "./actions-types.ts";
import { createCorrections } from "./corrections.ts";
import { matchersOfGroup } from "./group-matchers.ts";

/** Silences with an owner and a reason, and what they would hide. Throw UserError for what cannot be. */
export interface SilenceDesk {
  preview(matchers: readonly Matcher[]): Promise<SilencePreview>;
  add(wish: {
    readonly matchers: readonly Matcher[];
    readonly endsAt: Date;
    readonly owner: string;
    readonly reason: string;
    readonly groupId?: string;
    readonly evenIfBroad?: boolean;
  }): Promise<LedgerEntry>;
  expire(silenceId: string): Promise<unknown>;
}

/** Who works on what. */
export interface AcknowledgementDesk {
  acknowledge(groupId: string, matchers: readonly Matcher[], by: string): Promise<Acknowledgement>;
  renew(groupId: string): Promise<Acknowledgement>;
  end(groupId: string): Promise<Acknowledgement | null>;
}

/** What belongs together, as people see it. */
export interface GroupingDesk {
  /** False when either is closed. */
  merge(into: string, from: string): boolean;
  /** The alerts' own group; null when the old one is closed, or would be empty. */
  split(groupId: string, fingerprints: readonly string[]): string | null;
}

/** What actions work on. */
export interface ActionParts {
  readonly silences: SilenceDesk;
  readonly acknowledgements: AcknowledgementDesk;
  readonly grouping: GroupingDesk;
  readonly alertmanager: Alertmanager;
  readonly store: Store;
  readonly current: CurrentState;
  readonly clock: Clock;
  /** Longest silence, milliseconds. */
  readonly maxSilence: number;
  /** Gives an id that was never given before. */
  readonly newId: () => string;
  /** Looks at Alertmanager again, so that the answer shows what the action did. */
  readonly look: () => Promise<void>;
  /** A person has taken a group: pages about it are answered. */
  readonly onAnswered: (groupId: string, actor: Actor) => Promise<void>;
  /** A person has closed an anomaly. */
  readonly onClosed: (anomalyId: string) => void;
  /** What a piece of feedback changes, as a sentence. */
  readonly effectOf: (feedback: Feedback) => Promise<string>;
}

const MINUTE = 60_000;
const UNDO_WINDOW = 10 * MINUTE;
/** The use cases behind buttons, pages and commands. Each is recorded with who did it and from where. */
export function createActions(parts: ActionParts): Actions {
  const { alertmanager, store, current, clock } = parts;
  const find = (id: string) => (current.groups.last() ?? []).find((group) => group.id === id) ?? null;
  const afterLook = async (id: string) => {
    await parts.look();
    return find(id);
  };

  async function record(
    actor: Actor,
    action: string,
    subject: string,
    details: Record<string, unknown>,
  ): Promise<void> {
    await store.audit.append({ at: clock(), actor: actor.person.name, via: actor.via, action, subject, details });
  }

  async function noteChange(group: AlertGroup, state: "acknowledged" | "unacknowledged", actor: Actor): Promise<void> {
    const at = clock();
    await store.history.append(
      group.alerts.map(({ fingerprint, labels, annotations }) => ({
        fingerprint,
        at,
        state,
        labels,
        annotations,
        groupId: group.id,
        actor: actor.person.name,
      })),
    );
  }

  async function acknowledge(groupId: string, actor: Actor): Promise<ActionResult> {
    const group = find(groupId);
    if (group === null || group.state === "resolved") {
      return refuse("gone", "This alert has resolved already; there is nothing to acknowledge.", group);
    }
    const held = await store.acknowledgements.of(groupId);
    if (held !== null && held.endedAt === null) {
      return refuse("already", `${held.by} acknowledged this at ${held.at.toISOString().slice(11, 16)} UTC.`, group);
    }
    const by = actor.person.name;
    const made = await parts.acknowledgements.acknowledge(groupId, matchersOfGroup(group), by);
    await record(actor, "acknowledge", groupId, { silenceId: made.silenceId });
    await noteChange(group, "acknowledged", actor);
    await parts.onAnswered(groupId, actor);
    const longest = formatDuration(made.until.getTime() - made.at.getTime());
    const reason = `Acknowledged by ${by}; it stays quiet while it lasts, at most ${longest}.`;
    return {
      ok: true,
      reason,
      group: await afterLook(groupId),
      ...(made.silenceId === null ? {} : { silenceId: made.silenceId }),
    };
  }

  async function unacknowledge(groupId: string, actor: Actor): Promise<ActionResult> {
    const group = find(groupId);
    const ended = await parts.acknowledgements.end(groupId);
    if (ended === null) {
      return refuse("already", "Nobody has acknowledged this.", group);
    }
    await record(actor, "unacknowledge", groupId, {});
    if (group !== null) {
      await noteChange(group, "unacknowledged", actor);
    }
    return {
      ok: true,
      reason: `${actor.person.name} has given it back: it alerts again.`,
      group: await afterLook(groupId),
    };
  }

  async function renew(groupId: string, actor: Actor): Promise<ActionResult> {
    const held = await store.acknowledgements.of(groupId);
    if (held === null || held.endedAt !== null) {
      return refuse("gone", "The acknowledgement has ended already; acknowledge it again.", find(groupId));
    }
    const { until } = await parts.acknowledgements.renew(groupId);
    await record(actor, "renew acknowledgement", groupId, { until });
    const longest = formatDuration(until.getTime() - clock().getTime());
    return { ok: true, reason: `${held.by} is still on it, for another ${longest}.`, group: await afterLook(groupId) };
  }

  async function silence(wish: SilenceWish, actor: Actor): Promise<ActionResult> {
    const group = wish.groupId === null ? null : find(wish.groupId);
    const untilResolved = wish.duration === "until-resolved";
    const length = wish.duration === "until-resolved" ? parts.maxSilence : wish.duration;
    if (wish.matchers.length === 0 || wish.matchers.every((matcher) => matchesAll([matcher], {}))) {
      return refuse("invalid", "A silence needs at least one matcher that does not match everything.", group);
    }
    const endsAt = new Date(clock().getTime() + length);
    const owner = actor.person.name;
    const entry = await parts.silences.add({
      matchers: wish.matchers,
      endsAt,
      owner,
      reason: wish.reason,
      evenIfBroad: true,
      ...(wish.groupId === null ? {} : { groupId: wish.groupId }),
    });
    const { silenceId, matchers } = entry;
    await record(actor, "silence", wish.groupId ?? silenceId, {
      silenceId,
      matchers,
      until: endsAt,
      reason: wish.reason,
    });
    if (wish.groupId !== null) {
      await parts.onAnswered(wish.groupId, actor);
    }
    const howLong = untilResolved ? "until it resolves" : `for ${formatDuration(length)}`;
    return {
      ok: true,
      reason: `Silenced ${howLong} by ${owner}: ${wish.reason}`,
      group: wish.groupId === null ? null : await afterLook(wish.groupId),
      silenceId,
      undoUntil: new Date(clock().getTime() + UNDO_WINDOW),
    };
  }

  async function expire(silenceId: string, actor: Actor): Promise<ActionResult> {
    const entry = await store.silences.get(silenceId);
    if (entry?.endedAt !== null && entry !== null) {
      return refuse("gone", "This silence has ended already.", null);
    }
    await parts.silences.expire(silenceId);
    await record(actor, "expire silence", silenceId, { owner: entry?.owner ?? null });
    const group = entry === null || entry.groupId === null ? null : await afterLook(entry.groupId);
    return { ok: true, reason: `Ended by ${actor.person.name}.`, group };
  }

  async function resolve(groupId: string, actor: Actor): Promise<ActionResult> {
    const group = find(groupId);
    if (group === null || group.state === "resolved") {
      return refuse("gone", "This has resolved already.", group);
    }
    const own = group.alerts.filter(({ annotations }) => annotations["anomaly"] !== undefined);
    if (own.length === 0) {
      return refuse("forbidden", "These alerts were made elsewhere; they resolve when their origin says so.", group);
    }
    const at = clock();
    for (const id of own.map(({ annotations }) => annotations["anomaly"] ?? "")) {
      const anomaly = await store.anomalies.get(id);
      if (anomaly !== null && anomaly.closedAt === null) {
        await store.anomalies.save([
          { ...anomaly, closedAt: at, evidence: [...anomaly.evidence, `closed by ${actor.person.name}`] },
        ]);
        parts.onClosed(id);
      }
    }
    await alertmanager.post(
      own.map(({ labels, annotations, startsAt }) => ({ labels, annotations, startsAt, endsAt: at })),
    );
    await record(actor, "resolve", groupId, { alerts: own.map(alertName) });
    return { ok: true, reason: `Resolved by ${actor.person.name}.`, group: await afterLook(groupId) };
  }

  async function feedback(wish: FeedbackWish, actor: Actor): Promise<ActionResult> {
    const entry: Feedback = {
      id: parts.newId(),
      at: clock(),
      by: actor.person.name,
      kind: wish.kind,
      subject: wish.subject,
      details: { ...wish.details, groupId: wish.groupId },
      revokedAt: null,
    };
    await store.feedback.save(entry);
    await record(actor, `feedback: ${wish.kind}`, wish.subject, wish.details);
    const group = wish.groupId === null ? null : find(wish.groupId);
    return { ok: true, reason: await parts.effectOf(entry), group };
  }

  /** What a person asked wrongly is an answer to them, not a fault. */
  const asked = async (work: Promise<ActionResult>): Promise<ActionResult> => {
    try {
      return await work;
    } catch (error) {
      if (error instanceof UserError) {
        return refuse("invalid", `${error.where} ${error.what}: ${error.hint}.`, null);
      }
      throw error;
    }
  };
  return {
    acknowledge: (groupId, actor) => asked(acknowledge(groupId, actor)),
    unacknowledge: (groupId, actor) => asked(unacknowledge(groupId, actor)),
    renew: (groupId, actor) => asked(renew(groupId, actor)),
    matchersOf: matchersOfGroup,
    preview: (matchers) => parts.silences.preview(matchers),
    silence: (wish, actor) => asked(silence(wish, actor)),
    expire: (silenceId, actor) => asked(expire(silenceId, actor)),
    resolve,
    ...createCorrections(parts, { find, afterLook, record }),
    feedback,
  };
}

function refuse(because: Refusal, reason: string, group: AlertGroup | null): ActionResult {
  return { ok: false, because, reason, group };
}
