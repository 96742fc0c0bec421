import { isDeepStrictEqual } from "node:util";
import type { Anomaly, Lowering, Suspect } from "../../alert/anomaly.ts";
import type { Clock } from "../../alert/clock.ts";
import type { CurrentState } from "../../status/current-state.ts";
import type { Store } from "../../store/store.ts";
import { createRollUp, type RollUpParts } from "../life/roll-up.ts";
import { createPastEvents } from "../life/similar.ts";
import { tellStory } from "./stories.ts";

export interface LedgerParts extends RollUpParts {
  readonly store: Pick<Store, "anomalies">;
  readonly current: CurrentState;
  readonly clock: Clock;
  /** Milliseconds. */
  readonly step: number;
  /** Reasons to take an event less seriously. */
  readonly lowered: (event: Anomaly) => readonly Lowering[];
  /** Services that may have caused an event, of others that are open or just closed. */
  readonly suspects: (event: Anomaly, others: readonly Anomaly[]) => readonly Suspect[];
  /** Told of events that opened, changed or closed, after they are stored. */
  readonly onAnomalies: (anomalies: readonly Anomaly[]) => Promise<void>;
}

/** The events that are open, and where they are kept, shown and told of. */
export interface Ledger {
  /** Takes up what was open when the last process ended, and what the past was like. */
  restore(): Promise<void>;
  /** Takes in what scoring gave, and tells of all that is open or has just closed. */
  remember(updates: readonly Anomaly[]): Promise<void>;
  /** The open event of an entity that is gone, closed with a reason; null when none is open. */
  closedOf(entity: string, because: string): Anomaly | null;
  /** Why nobody is alerted of an entity's open event; null where somebody is, or none is open. */
  mutedBecause(entity: string): string | null;
  /** A person has closed this event: its further course is not told of. */
  dismiss(id: string): void;
}

const MOST_DISMISSED = 10_000;
const REMEMBERED = 90 * 86_400_000;
const MOST_REMEMBERED = 5000;
const MOST_RECENT = 200;

/** @returns a ledger without any event */
export function createLedger(parts: LedgerParts): Ledger {
  const { store, current, clock } = parts;
  /** Open events of entities, by id. */
  const open = new Map<string, Anomaly>();
  /** Open events as people see them, by id: of whole services, or of entities that are not rolled up. */
  const shown = new Map<string, Anomaly>();
  const services = createRollUp(parts);
  const dismissed = new Set<string>();
  const past = createPastEvents();
  let recent: readonly Anomaly[] = [];

  async function restore(): Promise<void> {
    for (const event of await store.anomalies.open()) {
      const isMember = event.partOf !== undefined;
      const isRolled = (event.context?.members.length ?? 0) > 0;
      if (!isRolled) {
        open.set(event.id, event);
      }
      if (!isMember) {
        shown.set(event.id, event);
      }
    }
    restoreServices();
    const since = new Date(clock().getTime() - REMEMBERED);
    const known = await store.anomalies.recent({ since, limit: MOST_REMEMBERED });
    for (const event of known.toReversed().filter(({ closedAt }) => closedAt !== null)) {
      past.add(event);
    }
  }

  function restoreServices(): void {
    for (const event of shown.values()) {
      const members = [...open.values()].filter(({ partOf }) => partOf === event.id);
      if (members.length > 0) {
        services.resume(event, members);
      }
    }
  }

  /** An event of a whole service with the earlier one it is most like; those of entities have theirs already. */
  function recalled(event: Anomaly): Anomaly {
    const isWhole = (event.context?.members.length ?? 0) > 0;
    return event.context === undefined || !isWhole
      ? event
      : { ...event, context: { ...event.context, similar: past.mostAlike(event) } };
  }

  /** Weighs an event again: what speaks against it, and who may have caused it. */
  function weigh(event: Anomaly): Anomaly {
    const { context } = event;
    if (context === undefined) {
      return event;
    }
    const others = [...shown.values(), ...recent].filter(({ id }) => id !== event.id);
    return {
      ...event,
      context: { ...context, lowered: parts.lowered(event), suspects: parts.suspects(event, others) },
    };
  }

  function note(event: Anomaly): void {
    if (event.closedAt === null) {
      shown.set(event.id, event);
    } else {
      shown.delete(event.id);
      past.add(event);
      recent = [...recent, event].slice(-MOST_RECENT);
    }
  }

  async function remember(updates: readonly Anomaly[]): Promise<void> {
    const story = { current, past, step: parts.step };
    const told = updates
      .filter(({ id }) => !dismissed.has(id))
      .map((event) => tellStory(event, open.get(event.id)?.context, story));
    for (const event of told) {
      if (event.closedAt === null) {
        open.set(event.id, event);
      } else {
        open.delete(event.id);
      }
    }
    const { seen, members } = services.take(told);
    for (const member of members.filter(({ closedAt }) => closedAt === null)) {
      open.set(member.id, member);
    }
    const wanted = seen.filter(({ id }) => !dismissed.has(id)).map(recalled);
    wanted.forEach(note);
    const fresh = new Set(wanted.map(({ id }) => id));
    const closed = wanted.filter(({ closedAt }) => closedAt !== null).map(weigh);
    const changed: Anomaly[] = [];
    for (const event of shown.values()) {
      const weighed = weigh(event);
      if (fresh.has(event.id) || !isDeepStrictEqual(weighed.context, event.context)) {
        shown.set(event.id, weighed);
        changed.push(weighed);
      }
    }
    const saved = [...members, ...closeQuietly(updates), ...closed, ...changed];
    if (saved.length > 0) {
      await store.anomalies.save(saved);
    }
    show();
    await parts.onAnomalies([...closed, ...shown.values()]);
  }

  /** Entities' events of a dismissed one end without a word, but they do end. */
  function closeQuietly(updates: readonly Anomaly[]): readonly Anomaly[] {
    return updates.flatMap((event) => {
      const known = open.get(event.id);
      if (event.closedAt === null || known?.partOf === undefined || !dismissed.has(event.id)) {
        return [];
      }
      open.delete(event.id);
      return [{ ...known, closedAt: event.closedAt, updatedAt: event.updatedAt }];
    });
  }

  const show = () =>
    current.anomalies.set(
      [...shown.values()].filter((event) => !isMuted(event)),
      clock(),
    );

  return {
    restore,
    remember,
    closedOf(entity, because) {
      const found = [...open.values()].find((event) => event.entity === entity);
      const at = clock();
      return found === undefined
        ? null
        : { ...found, updatedAt: at, closedAt: at, evidence: [...found.evidence, because] };
    },
    mutedBecause(entity) {
      const own = [...open.values()].find((event) => event.entity === entity);
      const event = own === undefined ? undefined : (shown.get(own.partOf ?? own.id) ?? shown.get(own.id));
      return event?.context?.lowered.find(({ muted }) => muted)?.because ?? null;
    },
    dismiss(id) {
      const members = services.drop(id);
      shown.delete(id);
      for (const closed of [id, ...members]) {
        if (dismissed.size < MOST_DISMISSED) {
          dismissed.add(closed);
        }
      }
      show();
    },
  };
}

/** True where nobody is alerted of an event. */
export function isMuted({ context }: Anomaly): boolean {
  return context?.lowered.some(({ muted }) => muted) ?? false;
}
