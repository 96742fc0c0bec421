import type { Clock } from "../alert/clock.ts";
import type { AlertGroup } from "../alert/group.ts";
import type { Store } from "../store/store.ts";
import { confirmPage, type EscalationStep, nameOf, pageKey } from "./escalation.ts";
import type { Deliver, OncallMessage } from "./pages.ts";
import type { RouteContext, RouteDecision } from "./route.ts";
import { personNamed } from "./who.ts";

/** Escalations are kept as states by this prefix and the group's id. */
export const STATE_PREFIX = "escalation:";

export interface EscalationParts {
  readonly store: Pick<Store, "oncall" | "messages" | "states">;
  /** Schedule, overrides, calendars as they are now. */
  readonly context: (now: Date) => Promise<RouteContext>;
  readonly deliver: Deliver;
  /** For when a page was delivered, which may be long after the look began; that look's time when left out. */
  readonly clock?: Clock;
  /** Hears of every decision that changes something, and of failures. */
  readonly heard?: (event: EscalationEvent) => void;
}

export interface EscalationEvent {
  readonly groupId: string;
  readonly what: "paged" | "held" | "ended" | "failed" | "left to another replica";
  readonly reason: string;
}

type PageStep = Extract<EscalationStep, { kind: "page" }>;

/** Sends the page of a step, unless another replica took it; a failure is thrown, and tried again at a later look. */
export async function sendPage(
  parts: EscalationParts,
  context: RouteContext,
  group: AlertGroup,
  step: PageStep,
  now: Date,
): Promise<void> {
  const { store, heard } = parts;
  const { state, target, reason } = step;
  const id = pageKey(state);
  const attempt = state.pending?.attempt ?? 1;
  if (!(await store.messages.claim(`${id}:${attempt}`, now))) {
    heard?.({ groupId: group.id, what: "left to another replica", reason });
    return;
  }
  if (step.nobody && attempt === 1) {
    await tellNobody(parts, context, group, step, now);
  }
  const delivery = {
    id,
    groupId: group.id,
    person: nameOf(target),
    step: state.step,
    sentAt: now,
    deliveredAt: null,
    seenAt: null,
    answeredAt: null,
  };
  await store.oncall.saveDelivery(delivery);
  await parts.deliver(pageMessage(context, group, step));
  await store.oncall.saveDelivery({ ...delivery, deliveredAt: parts.clock?.() ?? now });
  await store.states.put(STATE_PREFIX + group.id, confirmPage(state, now));
  heard?.({ groupId: group.id, what: "paged", reason: `${nameOf(target)}: ${reason}` });
}

function pageMessage(
  context: RouteContext,
  group: AlertGroup,
  { state, target, nobody, reason }: PageStep,
): OncallMessage {
  const about = { key: pageKey(state), group, roster: state.roster, reason, step: state.step };
  return target.kind === "channel"
    ? { kind: "channel", ...about, channel: target.channel }
    : { kind: "page", ...about, person: personNamed(context.schedule, target.name), nobody };
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
  const person = personNamed(context.schedule, nameOf(target));
  const channel = channelOf(context, state.roster);
  await once(parts, { kind: "nobody", key, group, roster: state.roster, person, reason, channel }, now);
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
      reason: error instanceof Error ? error.message : String(error),
    });
  }
}

function channelOf({ schedule }: RouteContext, rosterName: string | null): string | null {
  const roster = schedule.rosters.find(({ name }) => name === rosterName);
  return roster?.channel ?? schedule.fallback.channel ?? null;
}
