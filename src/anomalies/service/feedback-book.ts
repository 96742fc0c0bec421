import type { Anomaly, Lowering } from "../../alert/anomaly.ts";
import type { Clock } from "../../alert/clock.ts";
import type { Answer, Asker } from "../../operations/models.ts";
import type { CurrentState } from "../../status/current-state.ts";
import type { Feedback, Store } from "../../store/store.ts";
import { createForgiven } from "../alerts/forgiven.ts";
import { sayScope } from "../life/forgiveness.ts";

export interface FeedbackBookParts {
  readonly store: Pick<Store, "feedback" | "anomalies" | "audit">;
  readonly current: Pick<CurrentState, "groups">;
  /** IANA name: hours of the week are counted in it. */
  readonly timeZone: string;
  /** Milliseconds between two points, to say how many of them an event has. */
  readonly step: number;
  readonly clock: Clock;
}

/** What people called "not an anomaly", and what follows from it. */
export interface FeedbackBook {
  /** Reads what is in force from the store. */
  load(): Promise<void>;
  /** Works out what a piece of feedback is about and keeps that with it. @returns a sentence on what changes by it */
  forgive(given: Feedback): Promise<string>;
  /** Takes a piece of feedback back. */
  revoke(id: string, asker: Asker): Promise<Answer>;
  /** The reason not to alert on an event; null where nobody said that such events are ordinary. */
  muting(event: Anomaly): Lowering | null;
}

const MOST_KEPT = 2000;
/** @returns a book that is empty until `load` */
export function createFeedbackBook({ store, current, timeZone, step, clock }: FeedbackBookParts): FeedbackBook {
  const forgiven = createForgiven(timeZone);

  async function load(): Promise<void> {
    forgiven.set(await store.feedback.list({ kind: "not-anomaly", limit: MOST_KEPT }));
  }

  /** The events that a piece of feedback is about: one by its id, or those of a group of alerts. */
  async function subjectsOf({ subject }: Feedback): Promise<readonly Anomaly[]> {
    const group = current.groups.last()?.find(({ id }) => id === subject);
    const ids = group?.alerts.flatMap(({ annotations }) => annotations["anomaly"] ?? []) ?? [subject];
    const found = await Promise.all([...new Set(ids)].map((id) => store.anomalies.get(id)));
    return found.filter((event) => event !== null);
  }

  async function forgive(given: Feedback): Promise<string> {
    const events = await subjectsOf(given);
    if (events.length === 0) {
      return "Noted. None of its alerts was made from an anomaly of ours, so nothing else changes by it.";
    }
    const scopes = events.map(forgiven.scopeOf);
    await store.feedback.save({
      ...given,
      details: { ...given.details, scopes, anomalies: events.map(({ id }) => id) },
    });
    await load();
    const points = events.reduce((sum, event) => sum + pointsOf(event), 0);
    const what = scopes.map(sayScope).join(" · ");
    return `Noted: such events no longer alert (${what}). About ${points} points of it join the next training. It can be revoked on the anomaly's page.`;
  }

  function pointsOf({ openedAt, closedAt }: Anomaly): number {
    return Math.floor(((closedAt ?? clock()).getTime() - openedAt.getTime()) / step) + 1;
  }

  async function revoke(id: string, asker: Asker): Promise<Answer> {
    const given = await store.feedback.get(id);
    if (given === null) {
      return { ok: false, reason: "There is no such feedback." };
    }
    if (given.revokedAt !== null) {
      return { ok: false, reason: `It was revoked already, at ${given.revokedAt.toISOString().slice(0, 16)}Z.` };
    }
    const at = clock();
    await store.feedback.save({ ...given, revokedAt: at });
    await store.audit.append({
      at,
      actor: asker.name,
      via: asker.via,
      action: "revoke feedback",
      subject: given.subject,
      details: { feedback: id, kind: given.kind, by: given.by },
    });
    await load();
    const reason =
      given.kind === "not-anomaly"
        ? "Revoked: such events alert again, and their points are left out of the next training."
        : "Revoked: it does not count any more.";
    return { ok: true, reason };
  }

  return {
    load,
    forgive,
    revoke,
    muting: forgiven.muting,
  };
}
