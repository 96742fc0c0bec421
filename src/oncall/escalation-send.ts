import type { AlertGroup, Person } from "../alert/group.ts";
import {
  confirmPage,
  type Escalation,
  type EscalationStep,
  failPage,
  nameOf,
  type PageTarget,
  pageKey,
} from "./escalation.ts";
import type { EscalationParts } from "./escalation-parts.ts";
import { NotDelivered, type OncallMessage, type PageMessage } from "./pages.ts";
import type { RouteContext, RouteDecision } from "./route.ts";
import type { PersonWay } from "./schema.ts";
import { holidayTest } from "./turn.ts";
import { deliveryOf, messageOf, type SendOutcome, sendByWays } from "./ways/send.ts";
import { waysNow } from "./ways/way.ts";
import { personNamed } from "./who.ts";

/** Escalations are kept as states by this prefix and the group's id. */
export const STATE_PREFIX = "escalation:";

export type PageStep = Extract<EscalationStep, { kind: "page" }>;

/**
 * Sends the page of a step, unless another replica took it.
 * @returns the state after it: delivered; failed for good, so that the next in line is due now; or null where it stays as it is,
 *   and is tried again at a later look
 */
export async function sendPage(
  parts: EscalationParts,
  context: RouteContext,
  group: AlertGroup,
  step: PageStep,
  now: Date,
): Promise<Escalation | null> {
  const { store, heard } = parts;
  const { state, target, reason } = step;
  const id = pageKey(state);
  const attempt = state.pending?.attempt ?? 1;
  if (!(await store.messages.claim(`${id}:${state.retries ?? 0}:${attempt}`, now))) {
    heard?.({ groupId: group.id, what: "left to another replica", reason });
    return null;
  }
  if (step.nobody && attempt === 1) {
    await tellNobody(parts, context, group, step, now);
  }
  const outcome =
    target.kind === "channel"
      ? await sendToChannel(parts, group, { state, target, reason }, now)
      : await sendByWays(
          parts,
          {
            page: pageMessage(context, group, step),
            ways: waysOf(context, group, target, now),
            due: state.dueSince ?? now.getTime(),
          },
          0,
          now,
        );
  if (outcome.delivered) {
    heard?.({ groupId: group.id, what: "paged", reason: `${nameOf(target)}: ${reason}` });
    return confirmPage(state, now);
  }
  heard?.({ groupId: group.id, what: "failed", reason: outcome.problem });
  if (!outcome.final) {
    return null;
  }
  await tellUnreached(parts, context, group, { state, target, problem: outcome.problem }, now);
  return failPage(state);
}

type ToPerson = Exclude<PageTarget, { kind: "channel" }>;

function pageMessage(
  context: RouteContext,
  group: AlertGroup,
  { state, target, nobody, reason }: PageStep,
): PageMessage {
  const person = target.kind === "channel" ? { name: target.channel } : personOf(context, target);
  return { kind: "page", key: pageKey(state), group, roster: state.roster, reason, step: state.step, person, nobody };
}

function personOf({ schedule }: RouteContext, target: ToPerson): Person {
  switch (target.kind) {
    case "person":
      return personNamed(schedule, target.name);
    case "email":
      return { name: target.address, email: target.address };
    case "webhook":
      return { name: target.webhook };
  }
}

function waysOf(context: RouteContext, group: AlertGroup, target: ToPerson, now: Date): readonly PersonWay[] {
  const { schedule, severities } = context;
  switch (target.kind) {
    case "email":
      return [{ via: "email", after: 0 }];
    case "webhook":
      return [{ via: target.webhook, after: 0 }];
    case "person": {
      const own = schedule.people.find(({ name }) => name === target.name)?.ways ?? schedule.ways;
      return waysNow(own, group, severities, schedule.timezone, holidayTest(schedule), now);
    }
  }
}

async function sendToChannel(
  { store, deliver, clock, onPage }: EscalationParts,
  group: AlertGroup,
  { state, target, reason }: { state: Escalation; target: Extract<PageTarget, { kind: "channel" }>; reason: string },
  now: Date,
): Promise<SendOutcome> {
  const { step, roster } = state;
  const key = pageKey(state);
  const delivery = deliveryOf({ id: key, groupId: group.id, person: nameOf(target), way: "slack", step }, now);
  await store.oncall.saveDelivery(delivery);
  try {
    await deliver({ kind: "channel", key, group, roster, reason, step, channel: target.channel });
  } catch (error) {
    onPage?.({ way: "slack", outcome: "failed", delay: null });
    return { delivered: false, final: error instanceof NotDelivered && error.final, problem: messageOf(error) };
  }
  const at = clock?.() ?? now;
  await store.oncall.saveDelivery({ ...delivery, deliveredAt: at });
  onPage?.({ way: "slack", outcome: "delivered", delay: at.getTime() - (state.dueSince ?? now.getTime()) });
  return { delivered: true };
}

/** Ways of the person who may still answer that are due now, e.g. a mail five minutes after Slack. */
export async function followUp(
  parts: EscalationParts,
  context: RouteContext,
  group: AlertGroup,
  state: Escalation,
  now: Date,
): Promise<void> {
  const { current, pagedAt } = state;
  if (pagedAt === null || current === undefined || current === null || current.kind === "channel") {
    return;
  }
  const ways = waysOf(context, group, current, now);
  if (ways.length > 1) {
    const reason = "the page before has not been answered";
    const page = pageMessage(context, group, { kind: "page", target: current, nobody: false, state, reason });
    await sendByWays(parts, { page, ways, due: null }, now.getTime() - pagedAt, now);
  }
}

/** Says once that a page waits for the end of quiet hours. */
export async function tellHeld(
  parts: EscalationParts,
  group: AlertGroup,
  decision: Extract<RouteDecision, { kind: "hold" }>,
  now: Date,
): Promise<void> {
  const { roster, channel, until, person, reason } = decision;
  const key = `held:${group.id}:${group.startsAt.getTime()}`;
  await once(parts, { kind: "held", key, group, roster, channel, until, person, reason }, now);
}

async function tellNobody(
  parts: EscalationParts,
  context: RouteContext,
  group: AlertGroup,
  { state, target, reason }: PageStep,
  now: Date,
): Promise<void> {
  const key = `nobody:${pageKey(state)}`;
  const person = personNamed(context.schedule, target.kind === "person" ? target.name : nameOf(target));
  const channel = channelOf(context, state.roster);
  await once(parts, { kind: "nobody", key, group, roster: state.roster, person, reason, channel }, now);
}

/** Says once that somebody cannot be reached. */
async function tellUnreached(
  parts: EscalationParts,
  context: RouteContext,
  group: AlertGroup,
  { state, target, problem }: { state: Escalation; target: PageTarget; problem: string },
  now: Date,
): Promise<void> {
  const key = `unreached:${pageKey(state)}`;
  const channel = channelOf(context, state.roster);
  const name = target.kind === "person" ? target.name : nameOf(target);
  await once(parts, { kind: "unreached", key, group, roster: state.roster, name, reason: problem, channel }, now);
}

/** Says once that everybody was paged and nobody answered. */
export async function tellUnanswered(
  parts: EscalationParts,
  context: RouteContext,
  group: AlertGroup,
  { state, reason }: Pick<PageStep, "state" | "reason">,
  now: Date,
): Promise<void> {
  const key = `unanswered:${pageKey(state)}`;
  const channel = channelOf(context, state.roster);
  await once(parts, { kind: "unanswered", key, group, roster: state.roster, reason, channel }, now);
}

/** Notes are said at most once; one that fails is not worth holding a page for. */
async function once(parts: EscalationParts, message: OncallMessage, now: Date): Promise<void> {
  const { store, deliver, heard } = parts;
  if (!(await store.messages.claim(message.key, now))) {
    return;
  }
  try {
    await deliver(message);
    heard?.({ groupId: message.group.id, what: message.kind === "held" ? "held" : "paged", reason: message.reason });
  } catch (error) {
    heard?.({
      groupId: message.group.id,
      what: "failed",
      reason: messageOf(error),
    });
  }
}

function channelOf({ schedule }: RouteContext, rosterName: string | null): string | null {
  const roster = schedule.rosters.find(({ name }) => name === rosterName);
  return roster?.channel ?? schedule.fallback.channel ?? null;
}
