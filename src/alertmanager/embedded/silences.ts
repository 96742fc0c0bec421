import { randomUUID } from "node:crypto";
import type { Labels } from "../../alert/alert.ts";
import { type Matcher, matches, matchesAll } from "../../alert/matcher.ts";
import type { Silence, SilenceRequest } from "../../alert/silence.ts";
import { EmbeddedRefusal } from "./refusal.ts";

/** A silence as it is held; its state follows from the time. Times are milliseconds since 1970. */
export interface HeldSilence {
  readonly id: string;
  readonly matchers: readonly Matcher[];
  readonly startsAt: number;
  readonly endsAt: number;
  readonly updatedAt: number;
  readonly createdBy: string;
  readonly comment: string;
}

/** Expired silences are forgotten after five days, as Alertmanager does by default. */
const KEEP_EXPIRED = 432_000_000;

/** The silences of an embedded Alertmanager. */
export interface SilenceShelf {
  /** @throws EmbeddedRefusal as the real one refuses */
  put(request: SilenceRequest, now: number): string;
  expire(id: string, now: number): void;
  list(now: number): readonly Silence[];
  /** Ids of the active silences that hide these labels. */
  hiding(labels: Labels, now: number): readonly string[];
  all(): readonly HeldSilence[];
  load(silences: readonly HeldSilence[]): void;
}

export function createSilenceShelf(): SilenceShelf {
  const held = new Map<string, HeldSilence>();
  const end = (silence: HeldSilence, now: number) => {
    const startsAt = Math.min(silence.startsAt, now);
    held.set(silence.id, { ...silence, startsAt, endsAt: now, updatedAt: now });
  };
  return {
    put(request, now) {
      forgetOld(held, now);
      refuseFaulty(request, now);
      const old = request.id === undefined ? undefined : held.get(request.id);
      if (request.id !== undefined && request.id !== "" && old === undefined) {
        throw new EmbeddedRefusal(404, "silence not found");
      }
      const next = hold(request, now);
      if (old !== undefined && canUpdate(old, next, now)) {
        held.set(old.id, {
          ...next,
          id: old.id,
          startsAt: stateOf(old, now) === "active" ? old.startsAt : next.startsAt,
        });
        return old.id;
      }
      if (old !== undefined && stateOf(old, now) !== "expired") {
        end(old, now);
      }
      const created = { ...next, startsAt: Math.max(next.startsAt, now) };
      held.set(created.id, created);
      return created.id;
    },
    expire(id, now) {
      const silence = held.get(id);
      if (silence === undefined) {
        throw new EmbeddedRefusal(404, "silence not found");
      }
      if (stateOf(silence, now) !== "expired") {
        end(silence, now);
      }
    },
    list: (now) => [...held.values()].map((silence) => toSilence(silence, now)).sort(compareSilences),
    hiding: (labels, now) =>
      [...held.values()]
        .filter((silence) => stateOf(silence, now) === "active" && matchesAll(silence.matchers, labels))
        .map((silence) => silence.id),
    all: () => [...held.values()],
    load(silences) {
      held.clear();
      for (const silence of silences) {
        held.set(silence.id, silence);
      }
    },
  };
}

function forgetOld(held: Map<string, HeldSilence>, now: number): void {
  for (const [id, silence] of held) {
    if (silence.endsAt < now - KEEP_EXPIRED) {
      held.delete(id);
    }
  }
}

function refuseFaulty(request: SilenceRequest, now: number): void {
  if (request.startsAt.getTime() >= request.endsAt.getTime()) {
    throw new EmbeddedRefusal(400, "Failed to create silence: start time must be before end time");
  }
  if (request.endsAt.getTime() < now) {
    throw new EmbeddedRefusal(400, "Failed to create silence: end time can't be in the past");
  }
  if (request.matchers.length === 0) {
    throw new EmbeddedRefusal(400, "invalid silence: at least one matcher required");
  }
  const emptyValues = request.matchers.map((matcher) => matchesEmpty(matcher));
  if (emptyValues.every((isEmpty) => isEmpty)) {
    throw new EmbeddedRefusal(400, "invalid silence: at least one matcher must not match the empty string");
  }
}

function matchesEmpty(matcher: Matcher): boolean {
  try {
    return matches(matcher, {});
  } catch (error) {
    throw new EmbeddedRefusal(400, `invalid silence: invalid label matcher: ${(error as Error).message}`);
  }
}

function hold(request: SilenceRequest, now: number): HeldSilence {
  return {
    id: randomUUID(),
    matchers: request.matchers,
    startsAt: request.startsAt.getTime(),
    endsAt: request.endsAt.getTime(),
    updatedAt: now,
    createdBy: request.createdBy,
    comment: request.comment,
  };
}

/** Whether a silence may change in place or needs a new id (Alertmanager: silence.canUpdate). */
function canUpdate(old: HeldSilence, next: HeldSilence, now: number): boolean {
  if (JSON.stringify(old.matchers) !== JSON.stringify(next.matchers)) {
    return false;
  }
  const state = stateOf(old, now);
  if (state === "active") {
    return Math.floor(next.startsAt / 1000) === Math.floor(old.startsAt / 1000) && next.endsAt >= now;
  }
  return state === "pending" && next.startsAt >= now;
}

function stateOf(silence: HeldSilence, now: number): Silence["state"] {
  if (now < silence.startsAt) {
    return "pending";
  }
  return now < silence.endsAt ? "active" : "expired";
}

function toSilence(silence: HeldSilence, now: number): Silence {
  return {
    id: silence.id,
    matchers: silence.matchers,
    startsAt: new Date(silence.startsAt),
    endsAt: new Date(silence.endsAt),
    createdBy: silence.createdBy,
    comment: silence.comment,
    state: stateOf(silence, now),
    updatedAt: new Date(silence.updatedAt),
  };
}

const STATE_ORDER = { active: 0, pending: 1, expired: 2 } as const satisfies Record<Silence["state"], number>;

/** Active ones by their end, pending ones by their start, expired ones newest first, as Alertmanager lists them. */
function compareSilences(left: Silence, right: Silence): number {
  if (left.state !== right.state) {
    return STATE_ORDER[left.state] - STATE_ORDER[right.state];
  }
  if (left.state === "pending") {
    return left.startsAt.getTime() - right.startsAt.getTime();
  }
  const byEnd = left.endsAt.getTime() - right.endsAt.getTime();
  return left.state === "active" ? byEnd : -byEnd;
}
