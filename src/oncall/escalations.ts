import type { AlertGroup } from "../alert/group.ts";
import { RECOVERING } from "../alert/names.ts";
import { own } from "../alert/own.ts";
import type { Delivery, Store } from "../store/store.ts";
import {
  beginEscalation,
  confirmPage,
  type Escalation,
  type EscalationStep,
  type PageTarget,
  pageKey,
  stepEscalation,
} from "./escalation.ts";
import type { EscalationParts } from "./escalation-parts.ts";
import { followUp, STATE_PREFIX, sendPage, tellHeld, tellUnanswered } from "./escalation-send.ts";
import { type RouteContext, routeGroup } from "./route.ts";
import type { EscalationPolicy, EscalationTarget } from "./schema.ts";
import { turnAt } from "./turn.ts";

const AT_ONCE = 10;
/** Pages of one look about one group: as many as a policy may have steps, and the fallback. */
const MOST_AT_ONCE = 25;
const FORGET_AFTER = 86_400_000;

/** Pages people for groups, in order, until somebody answers. All it knows is in the store. */
export interface Escalations {
  /**
   * One look at all groups that are not long over: routes the new, escalates the unanswered, ends what is over.
   * Groups that are no longer there count as resolved. A failure with one group does not keep the others waiting.
   */
  look(groups: readonly AlertGroup[], now: Date): Promise<void>;
  /** Records that a person answered the pages about a group. @param person by the schedule's name */
  answered(groupId: string, person: string, at: Date): Promise<void>;
  /** Where a group's escalation stands, or null when there was none. */
  of(groupId: string): Promise<Escalation | null>;
}

/** Escalations over a store; any number of replicas may look at the same groups. */
export function createEscalations(parts: EscalationParts): Escalations {
  const { store } = parts;
  const busy = new Set<string>();
  return {
    async look(groups, now) {
      const context = await parts.context(now);
      const states = await store.states.list<Escalation>(STATE_PREFIX);
      const byId = new Map(groups.map((group) => [group.id, group]));
      const jobs = [
        ...groups.map((group) => () => lookAt(parts, context, group, states.get(STATE_PREFIX + group.id) ?? null, now)),
        ...[...states.values()]
          .filter(({ groupId }) => !byId.has(groupId))
          .map((state) => () => close(parts, state, now)),
      ];
      const ids = [...byId.keys(), ...[...states.values()].map(({ groupId }) => groupId).filter((id) => !byId.has(id))];
      await inTens(jobs, (job, index) => exclusively(busy, ids[index] ?? "", parts, job));
    },
    async answered(groupId, person, at) {
      for (const delivery of await store.oncall.deliveries(groupId)) {
        if (delivery.person === person && delivery.answeredAt === null) {
          await store.oncall.saveDelivery({ ...delivery, seenAt: delivery.seenAt ?? at, answeredAt: at });
        }
      }
    },
    of: (groupId) => store.states.get<Escalation>(STATE_PREFIX + groupId),
  };
}

/** Records that a person has looked at the pages about a group: the first time counts. */
export async function markSeen(
  { oncall }: Pick<Store, "oncall">,
  groupId: string,
  person: string,
  at: Date,
): Promise<void> {
  for (const delivery of await oncall.deliveries(groupId)) {
    if (delivery.person === person && delivery.deliveredAt !== null && delivery.seenAt === null) {
      await oncall.saveDelivery({ ...delivery, seenAt: at });
    }
  }
}

async function inTens<T>(items: readonly T[], work: (item: T, index: number) => Promise<void>): Promise<void> {
  for (let start = 0; start < items.length; start += AT_ONCE) {
    await Promise.all(items.slice(start, start + AT_ONCE).map((item, offset) => work(item, start + offset)));
  }
}

/** A look that overtakes a slow one leaves its groups alone. */
async function exclusively(busy: Set<string>, id: string, { heard }: EscalationParts, job: () => Promise<void>) {
  if (busy.has(id)) {
    return;
  }
  busy.add(id);
  try {
    await job();
  } catch (error) {
    heard?.({ groupId: id, what: "failed", reason: error instanceof Error ? error.message : String(error) });
  } finally {
    busy.delete(id);
  }
}

async function lookAt(
  parts: EscalationParts,
  context: RouteContext,
  group: AlertGroup,
  known: Escalation | null,
  now: Date,
): Promise<void> {
  const isSame = known !== null && known.startsAt === group.startsAt.getTime();
  if (isSame && known.ended === null) {
    return advance(parts, context, group, known, now);
  }
  if (group.state !== "firing" || (isSame && known.ended?.why === "unanswered")) {
    return;
  }
  const decision = routeGroup(group, context, now);
  if (decision.kind === "hold") {
    await tellHeld(parts, group, decision, now);
  } else if (decision.kind === "page") {
    const round = isSame ? known.round + 1 : nextRound(group, await parts.store.oncall.deliveries(group.id));
    const state = beginEscalation(group, decision.roster, decision.escalation, round);
    await advance(parts, context, group, state, now);
  }
}

/** The round after those that were paged: what was forgotten since must not be taken for the same page. */
function nextRound(group: AlertGroup, deliveries: readonly Delivery[]): number {
  const prefix = `page:${group.id}:${group.startsAt.getTime()}:`;
  const rounds = deliveries
    .filter(({ id }) => id.startsWith(prefix))
    .map(({ id }) => Number.parseInt(id.slice(prefix.length), 10));
  return Math.max(-1, ...rounds) + 1;
}

/** Takes the next steps: more than one only where somebody cannot be reached at all, so that the next in line is paged at once. */
async function advance(
  parts: EscalationParts,
  context: RouteContext,
  group: AlertGroup,
  begin: Escalation,
  now: Date,
): Promise<void> {
  const { states } = parts.store;
  const isRecovering =
    group.alerts.length > 0 && group.alerts.every(({ annotations }) => own(annotations, RECOVERING) !== undefined);
  let state = await confirmDelivered(parts, begin);
  for (let tried = 0; tried < MOST_AT_ONCE; tried++) {
    const policy = policyOf(context, state);
    const resolve = (target: EscalationTarget) => resolveTarget(context, state.roster, target, now);
    const fallback = context.schedule.fallback.person;
    const step = stepEscalation(state, { group, isRecovering, policy, resolve, fallback, now });
    if (step.state !== begin) {
      await states.put(STATE_PREFIX + group.id, step.state);
    }
    if (step.kind !== "page") {
      await settle(parts, context, group, step, now);
      return;
    }
    const after = await sendPage(parts, context, group, step, now);
    if (after !== null) {
      await states.put(STATE_PREFIX + group.id, after);
    }
    if (after === null || after.pagedAt !== null) {
      return;
    }
    state = after;
  }
}

async function settle(
  parts: EscalationParts,
  context: RouteContext,
  group: AlertGroup,
  step: Exclude<EscalationStep, { kind: "page" }>,
  now: Date,
): Promise<void> {
  if (step.kind === "wait") {
    await followUp(parts, context, group, step.state, now);
    return;
  }
  parts.heard?.({ groupId: group.id, what: "ended", reason: step.reason });
  if (step.state.ended?.why === "unanswered") {
    await tellUnanswered(parts, context, group, step, now);
  }
}

/** A page that another replica, or this process before a crash, has delivered is done. */
async function confirmDelivered({ store }: EscalationParts, state: Escalation): Promise<Escalation> {
  if (state.pending === null) {
    return state;
  }
  const id = pageKey(state);
  const sent = (await store.oncall.deliveries(state.groupId)).find(
    (one) => (one.id === id || one.id.startsWith(`${id}:`)) && one.deliveredAt !== null,
  );
  return sent === undefined ? state : confirmPage(state, sent.sentAt);
}

/** A group that is no longer there is over; what is over for a day is forgotten. */
async function close({ store, heard }: EscalationParts, state: Escalation, now: Date): Promise<void> {
  const at = now.getTime();
  if (state.ended === null) {
    await store.states.put(STATE_PREFIX + state.groupId, { ...state, pending: null, ended: { at, why: "resolved" } });
    heard?.({ groupId: state.groupId, what: "ended", reason: "the group is gone" });
  } else if (at - state.ended.at > FORGET_AFTER) {
    await store.states.remove(STATE_PREFIX + state.groupId);
  }
}

function policyOf({ schedule }: RouteContext, { policy }: Escalation): EscalationPolicy {
  const found = own(schedule.escalations, policy) ?? schedule.escalations["standard"];
  return found ?? { steps: [{ person: schedule.fallback.person, wait: 600_000 }], repeat: 1 };
}

function resolveTarget(
  { schedule, exceptions }: RouteContext,
  rosterName: string | null,
  { role, person, channel, email, webhook }: EscalationTarget,
  now: Date,
): PageTarget | null {
  if (email !== undefined) {
    return { kind: "email", address: email };
  }
  if (webhook !== undefined) {
    return { kind: "webhook", webhook };
  }
  if (channel !== undefined) {
    return { kind: "channel", channel };
  }
  const roster = schedule.rosters.find(({ name }) => name === rosterName);
  const name =
    person ??
    (roster === undefined || role === undefined ? null : turnAt(schedule, roster, role, exceptions, now).person);
  return name === null ? null : { kind: "person", name };
}
