import type { AlertGroup } from "../../src/alert/group.ts";
import { equals } from "../../src/alert/matcher.ts";
import { nearest } from "../../src/bot/nearest.ts";
import type { ActionResult, Actions, Actor, OncallDesk } from "../../src/operations/actions-types.ts";
import type { StatusSource } from "../../src/status/status-types.ts";
import type { Store } from "../../src/store/store.ts";
import { fresh, NOW, sampleAnomaly, sampleOverview, sampleSeries, sampleStatus } from "./samples.ts";

/** Groups that actions change, and what was asked of them. */
export interface FakeWorld {
  readonly groups: Map<string, AlertGroup>;
  readonly asked: { readonly what: string; readonly by: string; readonly about: string }[];
  readonly status: StatusSource;
  readonly actions: Actions;
  readonly oncall: OncallDesk;
}

export const SERVICES = ["dbs", "das", "frontend", "crabserver", "couchdb"];

/** Status, actions and on-call that behave as the real ones promise to, on groups in memory. */
export function fakeWorld(store: Store): FakeWorld {
  const groups = new Map<string, AlertGroup>();
  const asked: FakeWorld["asked"] = [];
  const note = (what: string, actor: Actor, about: string) => asked.push({ what, by: actor.person.name, about });
  const change = (id: string, state: AlertGroup["state"]): AlertGroup | null => {
    const group = groups.get(id);
    if (group === undefined) {
      return null;
    }
    const changed = { ...group, state };
    groups.set(id, changed);
    return changed;
  };
  const gone = (reason: string): ActionResult => ({ ok: false, because: "gone", reason, group: null });
  const status: StatusSource = {
    service: async (name) =>
      name.toLowerCase() === "dbs" ? sampleStatus() : { known: false, name, suggestions: nearest(name, SERVICES) },
    overview: async () => sampleOverview({ alerts: fresh([...groups.values()]) }),
    groups: async () => fresh([...groups.values()]),
    group: async (id) =>
      groups.get(id) ?? [...groups.values()].find((one) => id.length >= 4 && one.id.startsWith(id)) ?? null,
    anomaliesOf: async () => [sampleAnomaly()],
    series: async ({ metric }) => fresh(metric === undefined || metric === "cpu" ? sampleSeries() : null),
    runbooks: async () => [
      {
        id: "dbs",
        title: "DBS is slow or down",
        url: "https://example.org/runbooks/dbs",
        firstSteps: ["Look at the pods"],
        confidence: 1,
      },
    ],
  };
  const actions: Actions = {
    async acknowledge(id, actor) {
      note("acknowledge", actor, id);
      const group = groups.get(id);
      if (group === undefined || group.state === "resolved") {
        return { ...gone("This alert is over."), group: group ?? null } as ActionResult;
      }
      const held = await store.acknowledgements.of(id);
      if (held !== null && held.endedAt === null) {
        return { ok: false, because: "already", reason: `${held.by} has acknowledged it already.`, group };
      }
      await store.acknowledgements.save({
        groupId: id,
        by: actor.person.name,
        at: NOW,
        until: new Date(NOW.getTime() + 7_200_000),
        silenceId: "s-ack",
        endedAt: null,
      });
      return { ok: true, reason: "Acknowledged.", group: change(id, "acknowledged") };
    },
    async unacknowledge(id, actor) {
      note("unacknowledge", actor, id);
      const held = await store.acknowledgements.of(id);
      if (held === null || held.endedAt !== null) {
        return { ok: false, because: "already", reason: "Nobody holds it.", group: groups.get(id) ?? null };
      }
      await store.acknowledgements.save({ ...held, endedAt: NOW });
      return { ok: true, reason: "No longer acknowledged.", group: change(id, "firing") };
    },
    async renew(id, actor) {
      note("renew", actor, id);
      const held = await store.acknowledgements.of(id);
      return held === null || held.endedAt !== null
        ? gone("The acknowledgement has ended.")
        : { ok: true, reason: "Still on it.", group: groups.get(id) ?? null };
    },
    matchersOf: (group) => [equals("service", group.service ?? ""), equals("alertname", "CMSWEBAnomaly")],
    preview: async (matchers) => ({
      now: matchers.length,
      pastWeek: 7,
      examples: ["CMSWEBAnomaly on dbs-global-r-1"],
      warning: matchers.length < 2 ? "It hides a whole service." : null,
      caveat: null,
    }),
    async silence({ groupId, matchers, reason, duration }, actor) {
      note(
        "silence",
        actor,
        `${groupId} ${matchers.map(({ name, value }) => `${name}=${value}`).join(",")} ${duration} ${reason}`,
      );
      await store.silences.save({
        silenceId: "s-1",
        owner: actor.person.name,
        reason,
        purpose: "manual",
        groupId,
        matchers: [],
        startsAt: NOW,
        endsAt: new Date(NOW.getTime() + 3_600_000),
        endedAt: null,
        hidden: [],
      });
      return {
        ok: true,
        reason: "Silenced; it hides 1 alert now.",
        group: groupId === null ? null : change(groupId, "silenced"),
        silenceId: "s-1",
        undoUntil: new Date(NOW.getTime() + 600_000),
      };
    },
    async expire(silenceId, actor) {
      note("expire", actor, silenceId);
      const entry = await store.silences.get(silenceId);
      if (entry === null || entry.endedAt !== null) {
        return gone("That silence is over.");
      }
      await store.silences.save({ ...entry, endedAt: NOW });
      return {
        ok: true,
        reason: "The silence is ended.",
        group: entry.groupId === null ? null : change(entry.groupId, "firing"),
      };
    },
    async resolve(id, actor) {
      note("resolve", actor, id);
      return { ok: true, reason: "Resolved.", group: change(id, "resolved") };
    },
    async merge({ into, from }, actor) {
      note("merge", actor, `${from} into ${into}`);
      const target = groups.get(into) ?? null;
      groups.delete(from);
      return target === null ? gone("It is closed.") : { ok: true, reason: "Put together.", group: target };
    },
    async split({ groupId, fingerprints }, actor) {
      note("split", actor, `${fingerprints.length} out of ${groupId}`);
      return { ok: true, reason: "They are apart from now on.", group: groups.get(groupId) ?? null };
    },
    async note(groupIds, text, actor) {
      note("note", actor, `${groupIds.join()} ${text}`);
      return { ok: true, reason: "Noted.", group: null };
    },
    async feedback({ kind, subject, details }, actor) {
      note(`feedback ${kind}`, actor, "severity" in details ? `${subject} ${JSON.stringify(details)}` : subject);
      return { ok: true, reason: "Thank you: the next training leaves this time out.", group: null };
    },
  };
  const oncall: OncallDesk = {
    now: async () => [
      { roster: "cmsweb", person: { name: "Ada", email: "ada@example.org" }, until: null, because: "weekly rotation" },
    ],
    rosters: async () => ["cmsweb", "dbs"],
    override: async (wish, actor) => {
      note("override", actor, `${wish.roster} ${wish.person} ${wish.to.toISOString()}`);
      const overrideId = `o-${wish.person}`;
      await store.oncall.saveOverride({ ...wish, id: overrideId });
      return { ok: true, reason: `${wish.person} is on call for ${wish.roster}.`, group: null, overrideId };
    },
    undoOverride: async (id, actor) => {
      const known = (await store.oncall.overrides(new Date(0), new Date(1e15))).find((one) => one.id === id);
      if (known === undefined) {
        return gone("This exception is over.");
      }
      note("undo override", actor, id);
      await store.oncall.removeOverride(id);
      return { ok: true, reason: "Taken back.", group: null };
    },
    overrides: (at) => store.oncall.overrides(at, new Date(1e15)),
    restOfShift: async (roster) =>
      roster === "cmsweb" ? { person: "Ada", to: new Date("2026-03-09T08:00:00Z") } : null,
    nameOf: ({ name, email }) => (email === "ada@example.org" ? "Ada" : name),
  };
  return { groups, asked, status, actions, oncall };
}
