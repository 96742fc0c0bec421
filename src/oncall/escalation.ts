import type { AlertGroup } from "../alert/group.ts";
import type { EscalationPolicy, EscalationTarget } from "./schema.ts";

/** Whom a step pages. */
export type PageTarget =
  | { readonly kind: "person"; readonly name: string }
  | { readonly kind: "channel"; readonly channel: string }
  | { readonly kind: "email"; readonly address: string }
  | { readonly kind: "webhook"; readonly webhook: string };

/** Where a group's escalation stands. JSON: it is kept in the store. Times are milliseconds since 1970. */
export interface Escalation {
  readonly groupId: string;
  /** Begin of the trouble: a group that fires again is a new matter. */
  readonly startsAt: number;
  /** Goes up each time it begins again, e.g. after an acknowledgement that was undone. */
  readonly round: number;
  readonly roster: string | null;
  readonly policy: string;
  /** How often all steps were gone through. */
  readonly pass: number;
  /** Index of the step that was paged last; -1 before the first. */
  readonly step: number;
  /** When that page was sent; null while it is on its way. */
  readonly pagedAt: number | null;
  /** Since when the page that reached nobody yet is due; null while none is. */
  readonly dueSince?: number | null;
  /** The page on its way: whom, since when, at which attempt. */
  readonly pending: PendingPage | null;
  /** Whom the page that may be answered now went to; left out by earlier versions. */
  readonly current?: PageTarget | null;
  /** Names and channels paged in this pass: nobody is paged twice in it. */
  readonly paged: readonly string[];
  /** Those of them whom no page reached. A pass in which nobody was reached is not used up: it is tried again. */
  readonly unreached?: readonly string[];
  /** How often the present pass was tried again since nobody was reached. */
  readonly retries?: number;
  /** When it is tried again; null while it is not waited for. */
  readonly retryAt?: number | null;
  readonly ended: { readonly at: number; readonly why: EscalationEnd } | null;
}

interface PendingPage {
  readonly target: PageTarget;
  readonly nobody: boolean;
  readonly since: number;
  readonly attempt: number;
}

export type EscalationEnd = "acknowledged" | "silenced" | "resolved" | "unanswered";

/** What to do next. */
export type EscalationStep =
  | {
      readonly kind: "page";
      readonly target: PageTarget;
      /** True when no step found anybody and this is the fallback: to be said loudly. */
      readonly nobody: boolean;
      readonly state: Escalation;
      readonly reason: string;
    }
  | { readonly kind: "wait"; readonly until: Date; readonly state: Escalation; readonly reason: string }
  | { readonly kind: "end"; readonly state: Escalation; readonly reason: string };

/** A page that is on its way for so long has failed, or its sender has died: it is sent again. */
export const RESEND_AFTER = 30_000;
/** What is about to end is looked at again after so long. */
const LOOK_AGAIN = 60_000;
/** After so many attempts the next in line is paged. */
export const MOST_ATTEMPTS = 4;
/** The longest wait before a pass in which nobody was reached is tried again. */
const LONGEST_RETRY = 300_000;

/** The beginning of an escalation. */
export function beginEscalation(group: AlertGroup, roster: string | null, policy: string, round = 0): Escalation {
  return {
    groupId: group.id,
    startsAt: group.startsAt.getTime(),
    round,
    roster,
    policy,
    pass: 0,
    step: -1,
    pagedAt: null,
    pending: null,
    paged: [],
    ended: null,
  };
}

/** Identity of a page: one group, one round, one pass, one step. Nobody sends it twice, whichever replica is first. */
export function pageKey({ groupId, startsAt, round, pass, step }: Escalation): string {
  return `page:${groupId}:${startsAt}:${round}:${pass}:${step}`;
}

/** What the step needs to know of the world. */
export interface EscalationInput {
  readonly group: Pick<AlertGroup, "state">;
  /** The metrics of all its alerts are back: it is about to end, and nobody more is paged for it. */
  readonly isRecovering?: boolean;
  readonly policy: EscalationPolicy;
  /** The person or channel of a target now; null when a role has nobody. */
  readonly resolve: (target: EscalationTarget) => PageTarget | null;
  /** Paged when no step finds anybody. */
  readonly fallback: string;
  readonly now: Date;
}

/** The next thing to do for an escalation that has not ended. Pure: the same answer wherever it runs. */
export function stepEscalation(state: Escalation, input: EscalationInput): EscalationStep {
  const { group, policy, now } = input;
  const at = now.getTime();
  if (group.state !== "firing") {
    return { kind: "end", state: end(state, at, group.state), reason: `it is ${group.state}` };
  }
  if (state.pending !== null) {
    const stepped = stepPending(state, state.pending, at);
    return stepped ?? nextPage(failPage(state), input, at);
  }
  if (state.retryAt !== undefined && state.retryAt !== null && at < state.retryAt) {
    return {
      kind: "wait",
      until: new Date(state.retryAt),
      state,
      reason: "nobody could be reached: it is tried again",
    };
  }
  if (state.pagedAt !== null) {
    const due = state.pagedAt + (policy.steps[Math.min(state.step, policy.steps.length - 1)]?.wait ?? 0);
    if (at < due) {
      return { kind: "wait", until: new Date(due), state, reason: "the page may still be answered" };
    }
  }
  if (input.isRecovering === true) {
    const until = new Date(at + LOOK_AGAIN);
    return { kind: "wait", until, state, reason: "its metrics are back, it is about to end" };
  }
  return nextPage(state, input, at);
}

/** The page was delivered: the time to answer it begins. */
export function confirmPage(state: Escalation, sentAt: Date): Escalation {
  return {
    ...state,
    pending: null,
    dueSince: null,
    pagedAt: sentAt.getTime(),
    current: state.pending?.target ?? state.current ?? null,
  };
}

/** The page reached nobody, and trying the same again cannot help: the next in line is due at once. */
export function failPage(state: Escalation): Escalation {
  const name = state.pending === null ? null : nameOf(state.pending.target);
  const unreached = name === null ? (state.unreached ?? []) : [...(state.unreached ?? []), name];
  return { ...state, pending: null, pagedAt: null, current: null, unreached };
}

/** @returns null when it is given up and the next in line is due */
function stepPending(state: Escalation, pending: PendingPage, at: number): EscalationStep | null {
  const again = pending.since + RESEND_AFTER;
  if (at < again) {
    return { kind: "wait", until: new Date(again), state, reason: "the page is on its way" };
  }
  if (pending.attempt >= MOST_ATTEMPTS) {
    return null;
  }
  const retry = { ...pending, since: at, attempt: pending.attempt + 1 };
  return {
    kind: "page",
    target: pending.target,
    nobody: pending.nobody,
    state: { ...state, pending: retry },
    reason: `attempt ${retry.attempt}: the one before was not confirmed`,
  };
}

function nextPage(state: Escalation, input: EscalationInput, at: number): EscalationStep {
  const { policy, resolve, fallback } = input;
  let current: Escalation = { ...state, retryAt: null };
  for (let tried = 0; tried <= policy.steps.length * (policy.repeat + 1); tried++) {
    if (current.step + 1 >= policy.steps.length && nobodyReached(current)) {
      return tryAgain(current, input, at);
    }
    const advanced = advance(current, policy);
    if (advanced === null) {
      break;
    }
    current = advanced;
    const step = policy.steps[current.step];
    const target = step === undefined ? null : resolve(step);
    if (target !== null && !current.paged.includes(nameOf(target))) {
      return page(current, { target, nobody: false }, at, reasonOf(current, policy));
    }
  }
  const hasOnlyFallback = state.paged.length === 1 && state.paged[0] === fallback;
  if (state.step < 0 || (hasOnlyFallback && state.pass < policy.repeat)) {
    const again = { ...state, step: 0, pass: state.step < 0 ? state.pass : state.pass + 1, paged: [], unreached: [] };
    const target = { kind: "person", name: fallback } as const;
    return page(again, { target, nobody: true }, at, "nobody is on call: the fallback is paged");
  }
  return { kind: "end", state: end(state, at, "unanswered"), reason: endReason(state) };
}

function nobodyReached({ paged, unreached = [] }: Escalation): boolean {
  return paged.length > 0 && paged.every((name) => unreached.includes(name));
}

/** Nobody of the pass was reached: the fallback is, if not tried yet; else all of it later, without using up the pass. */
function tryAgain(state: Escalation, { policy, fallback }: EscalationInput, at: number): EscalationStep {
  if (!state.paged.includes(fallback)) {
    const last = { ...state, step: policy.steps.length };
    const target = { kind: "person", name: fallback } as const;
    return page(last, { target, nobody: false }, at, "nobody on call could be reached: the fallback is paged");
  }
  const retries = (state.retries ?? 0) + 1;
  const retryAt = at + Math.min(LONGEST_RETRY, RESEND_AFTER * 2 ** Math.min(retries - 1, 5));
  const waiting: Escalation = { ...state, step: -1, paged: [], unreached: [], retries, retryAt };
  return {
    kind: "wait",
    until: new Date(retryAt),
    state: waiting,
    reason: "nobody could be reached: it is tried again",
  };
}

function endReason({ unreached = [] }: Escalation): string {
  return unreached.length === 0
    ? "everybody was paged and nobody answered"
    : `${unreached.join(", ")} could not be reached; everybody else was paged and nobody answered`;
}

/** The state at the next step, or null after the last of the last pass. */
function advance(state: Escalation, policy: EscalationPolicy): Escalation | null {
  if (state.step + 1 < policy.steps.length) {
    return { ...state, step: state.step + 1 };
  }
  const hasPaged = state.paged.length > 0;
  return state.pass < policy.repeat && hasPaged
    ? { ...state, pass: state.pass + 1, step: 0, paged: [], unreached: [], retries: 0 }
    : null;
}

function page(
  state: Escalation,
  whom: Pick<PendingPage, "target" | "nobody">,
  at: number,
  reason: string,
): EscalationStep {
  const paged = [...state.paged, nameOf(whom.target)];
  const pending = { ...whom, since: at, attempt: 1 };
  return {
    kind: "page",
    ...whom,
    state: { ...state, paged, pending, pagedAt: null, dueSince: state.dueSince ?? at },
    reason,
  };
}

function reasonOf({ step, pass }: Escalation, policy: EscalationPolicy): string {
  if (step === 0 && pass === 0) {
    return "first page";
  }
  const again = pass === 0 ? "" : `, round ${pass + 1}`;
  return `step ${step + 1} of ${policy.steps.length}${again}: nobody answered the one before`;
}

function end(state: Escalation, at: number, why: EscalationEnd): Escalation {
  return { ...state, pending: null, retryAt: null, dueSince: null, ended: { at, why } };
}

/** A person's name, or a channel, an address or a webhook in the same list. */
export function nameOf(target: PageTarget): string {
  switch (target.kind) {
    case "person":
      return target.name;
    case "channel":
      return `channel:${target.channel}`;
    case "email":
      return `email:${target.address}`;
    case "webhook":
      return `webhook:${target.webhook}`;
  }
}
