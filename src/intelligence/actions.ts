import { alertName } from "../alert/alert.ts";
import type { Alertmanager } from "../alert/alertmanager.ts";
import type { Clock } from "../alert/clock.ts";
import { formatDuration } from "../alert/duration.ts";
import type { AlertGroup } from "../alert/group.ts";
import { formatMatcher, type Matcher, matchesAll } from "../alert/matcher.ts";
import { isOurs, SILENCE_MARK } from "../alert/silence.ts";
import type { AlertHistoryRepository, Feedback, LedgerEntry, Store } from "../store/store.ts";
import type {
  ActionResult,
  Actions,
  Actor,
  FeedbackWish,
  Refusal,
  SilencePreview,
  SilenceWish,
} from "./actions-types.ts";
import type { CurrentState } from "./current-state.ts";
import { matchersOfGroup } from "./group-matchers.ts";

/** What actions work on. */
export interface ActionParts {
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
  /** A person has closed an anomaly. */
  readonly onClosed: (anomalyId: string) => void;
  /** What a piece of feedback changes, as a sentence. */
  readonly effectOf: (feedback: Feedback) => Promise<string>;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const UNDO_WINDOW = 10 * MINUTE;
const MAX_HISTORY = 20_000;
/** An acknowledgement's silence is this long; it is prolonged while the acknowledgement holds. */
export const ACKNOWLEDGED_FOR = 15 * MINUTE;
/** After this an acknowledgement ends unless it is renewed. */
export const ACKNOWLEDGEMENT_LIMIT = 4 * 60 * MINUTE;
const BROAD = 20;

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

  async function makeSilence(
    matchers: readonly Matcher[],
    length: number,
    entry: Pick<LedgerEntry, "owner" | "reason" | "purpose" | "groupId">,
  ): Promise<LedgerEntry> {
    const startsAt = clock();
    const endsAt = new Date(startsAt.getTime() + length);
    const comment = `${entry.reason} ${SILENCE_MARK}`;
    const silenceId = await alertmanager.putSilence({ matchers, startsAt, endsAt, createdBy: entry.owner, comment });
    const full = {
      ...entry,
      silenceId,
      matchers: matchers.map(formatMatcher),
      startsAt,
      endsAt,
      endedAt: null,
      hidden: [],
    };
    await store.silences.save(full);
    return full;
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
    const at = clock();
    const by = actor.person.name;
    const entry = await makeSilence(matchersOfGroup(group), ACKNOWLEDGED_FOR, {
      owner: by,
      reason: `ACK! ${by} is working on it`,
      purpose: "acknowledgement",
      groupId,
    });
    const until = new Date(at.getTime() + ACKNOWLEDGEMENT_LIMIT);
    await store.acknowledgements.save({ groupId, by, at, until, silenceId: entry.silenceId, endedAt: null });
    await record(actor, "acknowledge", groupId, { silenceId: entry.silenceId });
    await noteChange(group, "acknowledged", actor);
    const reason = `Acknowledged by ${by}; it stays quiet while it lasts, at most ${formatDuration(ACKNOWLEDGEMENT_LIMIT)}.`;
    return { ok: true, reason, group: await afterLook(groupId), silenceId: entry.silenceId };
  }

  async function unacknowledge(groupId: string, actor: Actor): Promise<ActionResult> {
    const held = await store.acknowledgements.of(groupId);
    const group = find(groupId);
    if (held === null || held.endedAt !== null) {
      return refuse("already", "Nobody has acknowledged this.", group);
    }
    if (held.silenceId !== null) {
      await endSilence(held.silenceId);
    }
    await store.acknowledgements.save({ ...held, endedAt: clock() });
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

  async function endSilence(id: string): Promise<void> {
    await alertmanager.expireSilence(id);
    const entry = await store.silences.get(id);
    if (entry !== null) {
      await store.silences.save({ ...entry, endedAt: clock() });
    }
  }

  async function silence(wish: SilenceWish, actor: Actor): Promise<ActionResult> {
    const group = wish.groupId === null ? null : find(wish.groupId);
    const untilResolved = wish.duration === "until-resolved";
    const length = wish.duration === "until-resolved" ? parts.maxSilence : wish.duration;
    const fault = faultOf(wish, length, parts.maxSilence);
    if (fault !== null) {
      return refuse("invalid", fault, group);
    }
    const entry = await makeSilence(wish.matchers, length, {
      owner: actor.person.name,
      reason: wish.reason,
      purpose: "manual",
      groupId: wish.groupId,
    });
    await record(actor, "silence", wish.groupId ?? entry.silenceId, {
      silenceId: entry.silenceId,
      matchers: entry.matchers,
      until: entry.endsAt,
      reason: wish.reason,
    });
    const howLong = untilResolved ? "until it resolves" : `for ${formatDuration(length)}`;
    return {
      ok: true,
      reason: `Silenced ${howLong} by ${actor.person.name}: ${wish.reason}`,
      group: wish.groupId === null ? null : await afterLook(wish.groupId),
      silenceId: entry.silenceId,
      undoUntil: new Date(clock().getTime() + UNDO_WINDOW),
    };
  }

  async function expire(silenceId: string, actor: Actor): Promise<ActionResult> {
    const silences = await alertmanager.silences();
    const wanted = silences.find(({ id }) => id === silenceId);
    if (wanted === undefined || wanted.state === "expired") {
      return refuse("gone", "This silence has ended already.", null);
    }
    if (!isOurs(wanted)) {
      return refuse(
        "forbidden",
        `${wanted.createdBy} made this silence without cmswatch; only they or Alertmanager's own page can end it.`,
        null,
      );
    }
    const entry = await store.silences.get(silenceId);
    await endSilence(silenceId);
    await record(actor, "expire silence", silenceId, { owner: entry?.owner ?? wanted.createdBy });
    const group = entry?.groupId === null || entry === null ? null : await afterLook(entry.groupId);
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

  return {
    acknowledge,
    unacknowledge,
    matchersOf: matchersOfGroup,
    preview: (matchers) => preview(matchers, current, store.history, clock()),
    silence,
    expire,
    resolve,
    feedback,
  };
}

function refuse(because: Refusal, reason: string, group: AlertGroup | null): ActionResult {
  return { ok: false, because, reason, group };
}

function faultOf(wish: SilenceWish, length: number, longest: number): string | null {
  if (wish.matchers.length === 0 || wish.matchers.every((matcher) => matchesAll([matcher], {}))) {
    return "A silence needs at least one matcher that does not match everything.";
  }
  if (wish.reason.trim() === "") {
    return "Please give a reason: whoever looks at this later needs it.";
  }
  if (!(length >= MINUTE)) {
    return "A silence lasts at least a minute.";
  }
  return length > longest ? `A silence lasts at most ${formatDuration(longest)}.` : null;
}

async function preview(
  matchers: readonly Matcher[],
  current: CurrentState,
  history: AlertHistoryRepository,
  now: Date,
): Promise<SilencePreview> {
  const groups = current.groups.part(now);
  const firing =
    groups.kind === "missing"
      ? []
      : groups.value.filter(({ state }) => state !== "resolved").flatMap(({ alerts }) => alerts);
  const hits = firing.filter(({ labels }) => matchesAll(matchers, labels));
  const past = await history.since(new Date(now.getTime() - 7 * DAY), MAX_HISTORY);
  const fired = past.filter(({ state, labels }) => state === "firing" && matchesAll(matchers, labels));
  const different = new Set(fired.map(({ fingerprint }) => fingerprint));
  const names = [...hits, ...fired].map(({ labels }) => labels["alertname"] ?? "(no alertname)");
  const isBroad = hits.length > BROAD || different.size > 5 * BROAD;
  return {
    now: hits.length,
    pastWeek: different.size,
    examples: [...new Set(names)].slice(0, 5),
    warning: isBroad
      ? `This is broad: it would hide ${hits.length} alerts now and ${different.size} of the past week.`
      : null,
    caveat: groups.kind === "fresh" ? null : groups.because,
  };
}
