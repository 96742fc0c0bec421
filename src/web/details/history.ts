import { alertName } from "../../alert/alert.ts";
import type { AlertChange, AuditEntry, Delivery, Store } from "../../store/store.ts";
import type { GroupPageView, HistoryEntryView, HistoryView } from "../history-views.ts";
import type { GroupView } from "../views.ts";
import { collect } from "./collect.ts";

type HistoryStore = Pick<Store, "history" | "audit" | "oncall" | "acknowledgements">;

/** What is asked of the history. */
export interface HistoryQuery {
  readonly from: Date;
  readonly to: Date;
  /** Only this service; all unless named. */
  readonly service?: string | undefined;
  /** Only alerts of this name; all unless named. */
  readonly alertname?: string | undefined;
  /** Acknowledgements of open groups that are older stand on top, milliseconds. */
  readonly staleAfter: number;
}

const MOST_CHANGES = 20_000;
const MOST_ENTRIES = 1000;

/** What fired, was grouped, told whom, acknowledged, silenced and resolved in a window, newest first. */
export async function historyOf(
  store: HistoryStore,
  groups: readonly GroupView[],
  query: HistoryQuery,
): Promise<HistoryView> {
  const { from, to, service, alertname } = query;
  const [changes, deliveries, deeds, held] = await Promise.all([
    store.history.since(from, MOST_CHANGES),
    store.oncall.deliveriesSince(from, MOST_ENTRIES),
    store.audit.since(from, MOST_ENTRIES),
    store.acknowledgements.active(),
  ]);
  const wanted = changes.filter(
    ({ at, labels }) =>
      at < to &&
      (service === undefined || labels["service"] === service) &&
      (alertname === undefined || labels["alertname"] === alertname),
  );
  const known = new Set(wanted.map(({ groupId }) => groupId));
  const isWhole = service === undefined && alertname === undefined;
  const serviceOf = new Map(changes.map(({ groupId, labels }) => [groupId, labels["service"] ?? null]));
  const entries = [
    ...alertEntries(wanted),
    ...deliveries.filter(({ groupId, sentAt }) => sentAt < to && (isWhole || known.has(groupId))).map(paged(serviceOf)),
    ...deeds.filter(({ at, subject }) => at < to && (isWhole || known.has(subject))).map(deed(serviceOf)),
  ].sort((left, right) => right.at.localeCompare(left.at));
  const stale = held.filter(({ at }) => to.getTime() - at.getTime() >= query.staleAfter);
  return {
    from: from.toISOString(),
    to: to.toISOString(),
    entries: entries.slice(0, MOST_ENTRIES),
    isCut: entries.length > MOST_ENTRIES || changes.length >= MOST_CHANGES,
    stale: stale.flatMap(({ groupId, by, at }) => {
      const group = groups.find(({ id, state }) => id === groupId && state !== "resolved");
      return group === undefined ? [] : [{ group: groupId, by, since: at.toISOString(), title: group.title }];
    }),
  };
}

/**
 * Everything that happened to one group.
 * @param group as it is now, where it is still known @returns null for an id that nothing is known of
 */
export async function groupPage(
  store: HistoryStore,
  id: string,
  group: GroupView | null,
): Promise<GroupPageView | null> {
  const [changes, deliveries, deeds] = await Promise.all([
    store.history.ofGroup(id),
    store.oncall.deliveries(id),
    store.audit.about(id),
  ]);
  if (group === null && changes.length === 0) {
    return null;
  }
  const serviceOf = new Map(changes.map(({ groupId, labels }) => [groupId, labels["service"] ?? null]));
  const entries = [...alertEntries(changes), ...deliveries.map(paged(serviceOf)), ...deeds.map(deed(serviceOf))];
  const last = new Map(changes.map((change) => [change.fingerprint, change]));
  const isOver = group === null ? [...last.values()].every(({ state }) => state === "resolved") : group.endsAt !== null;
  const newest = changes.at(-1)?.at ?? null;
  return {
    id,
    group,
    title: group?.title ?? alertName(changes[0] ?? { labels: {} }),
    began: group?.startsAt ?? changes[0]?.at.toISOString() ?? null,
    ended: group?.endsAt ?? (isOver && newest !== null ? newest.toISOString() : null),
    entries: entries.sort((left, right) => left.at.localeCompare(right.at)),
    pages: deliveries.map(({ person, sentAt, deliveredAt, answeredAt }) => ({
      person,
      sentAt: sentAt.toISOString(),
      deliveredAt: deliveredAt?.toISOString() ?? null,
      answeredAt: answeredAt?.toISOString() ?? null,
    })),
  };
}

const DID = {
  firing: "began",
  changed: "changed",
  acknowledged: "acknowledged",
  unacknowledged: "gave back",
  silenced: "silenced",
  unsilenced: "no longer silenced",
  resolved: "resolved",
} as const satisfies Record<AlertChange["state"], string>;

/** Changes of the same kind, group and moment are one entry. */
function alertEntries(changes: readonly AlertChange[]): HistoryEntryView[] {
  const sets = collect(
    changes,
    ({ at, state, groupId, fingerprint }) => `${at.getTime()} ${state} ${groupId ?? fingerprint}`,
  );
  return [...sets.values()].map((set) => {
    const [first] = set as [AlertChange];
    const names = [...new Set(set.map(alertName))].sort();
    const what = names.length > 3 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");
    const subject = set.length === 1 ? what : `${set.length} alerts (${what})`;
    return {
      at: first.at.toISOString(),
      kind: first.state === "firing" ? "began" : first.state,
      group: first.groupId,
      service: first.labels["service"] ?? null,
      who: first.actor,
      text: first.actor === null ? `${subject} ${DID[first.state]}` : `${DID[first.state]} ${subject}`,
      count: set.length,
    };
  });
}

function paged(serviceOf: ReadonlyMap<string | null, string | null>): (delivery: Delivery) => HistoryEntryView {
  return ({ groupId, person, sentAt, deliveredAt, step }) => ({
    at: sentAt.toISOString(),
    kind: "paged",
    group: groupId,
    service: serviceOf.get(groupId) ?? null,
    who: person,
    text: `was paged (step ${step + 1})${deliveredAt === null ? "; not delivered" : ""}`,
    count: 1,
  });
}

function deed(serviceOf: ReadonlyMap<string | null, string | null>): (entry: AuditEntry) => HistoryEntryView {
  return ({ at, actor, action, subject, details, via }) => ({
    at: at.toISOString(),
    kind: action === "note" ? "note" : "did",
    group: serviceOf.has(subject) ? subject : null,
    service: serviceOf.get(subject) ?? null,
    who: actor,
    text: action === "note" ? `noted: ${details["text"]}` : `${action} (from ${via})`,
    count: 1,
  });
}
