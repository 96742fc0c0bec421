import type { AlertGroup } from "../alert/group.ts";
import type { Store } from "../store/store.ts";
import type { GroupView } from "./messages/group-view.ts";

/** What people did about a group, read from the store, so that any replica and any restart shows the same. */
export async function viewOf(
  group: AlertGroup,
  store: Pick<Store, "acknowledgements" | "silences">,
  webUrl: string | null,
  now: Date,
): Promise<GroupView> {
  const [acknowledgement, ledger] = await Promise.all([store.acknowledgements.of(group.id), store.silences.active()]);
  return {
    group,
    acknowledgement:
      acknowledgement !== null && acknowledgement.endedAt === null && acknowledgement.until > now
        ? acknowledgement
        : null,
    silences: ledger.filter((entry) => entry.groupId === group.id && entry.purpose === "manual" && entry.endsAt > now),
    pageReason: null,
    permalink: null,
    webUrl,
  };
}
