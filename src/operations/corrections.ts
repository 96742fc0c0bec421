import type { AlertGroup } from "../alert/group.ts";
import type { Feedback } from "../store/store.ts";
import type { ActionParts } from "./actions.ts";
import type { ActionResult, Actions, Actor } from "./actions-types.ts";

/** What corrections share with the other actions. */
export interface ActionTools {
  readonly find: (groupId: string) => AlertGroup | null;
  /** Looks at all alerts again and gives the group as it is then. */
  readonly afterLook: (groupId: string) => Promise<AlertGroup | null>;
  readonly record: (actor: Actor, action: string, subject: string, details: Record<string, unknown>) => Promise<void>;
}

/** What people say about groups. Grouping follows at once and learns from it; each is kept as feedback. */
export function createCorrections(
  { grouping, store, clock, newId }: ActionParts,
  { find, afterLook, record }: ActionTools,
): Pick<Actions, "merge" | "split"> {
  async function note(actor: Actor, subject: string, details: Feedback["details"]): Promise<void> {
    const entry = { id: newId(), at: clock(), by: actor.person.name, kind: "wrong-group", subject, details } as const;
    await store.feedback.save({ ...entry, revokedAt: null });
    await record(actor, "feedback: wrong-group", subject, { ...details });
  }

  return {
    async merge({ into, from }, actor) {
      const [target, source] = [find(into), find(from)];
      if (target === null || source === null || into === from || !grouping.merge(into, from)) {
        return gone("One of the two is closed, or they are the same: nothing was put together.", source);
      }
      await note(actor, from, { merge: into, groupId: from });
      const reason = `“${source.title}” is part of “${target.title}” now, and such alerts are put together from now on.`;
      return { ok: true, reason, group: await afterLook(into) };
    },
    async split({ groupId, fingerprints }, actor) {
      const group = find(groupId);
      const own = group === null ? null : grouping.split(groupId, fingerprints);
      if (group === null || own === null) {
        const reason = "The group is closed, or nothing would be left of it: leave at least one alert in it.";
        return gone(reason, group);
      }
      await note(actor, groupId, { split: own, fingerprints, groupId });
      const left = await afterLook(groupId);
      const count = fingerprints.length === 1 ? "One alert has" : `${fingerprints.length} alerts have`;
      const reason = `${count} a group of their own now (${own}), and such alerts are kept apart from now on.`;
      return { ok: true, reason, group: left };
    },
  };
}

function gone(reason: string, group: AlertGroup | null): ActionResult {
  return { ok: false, because: "gone", reason, group };
}
