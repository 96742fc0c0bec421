import type { AlertGroup } from "../../alert/group.ts";
import type { Actor } from "../../operations/actions-types.ts";
import type { Desk } from "../desk.ts";
import { homeView } from "../messages/home.ts";
import { settingsOf } from "../settings.ts";
import { noteSeen } from "./seen.ts";

/** Shows a person's App Home as it is now. */
export async function publishHome(desk: Desk, userId: string): Promise<void> {
  const now = desk.clock();
  const [overview, settings, subscriptions, actor] = await Promise.all([
    desk.status.overview(now),
    settingsOf(desk.store, userId),
    desk.subscriptions.of(userId),
    desk.people.actor(userId),
  ]);
  const open = overview.alerts.kind === "missing" ? [] : overview.alerts.value;
  await desk.client.views.publish({
    user_id: userId,
    view: homeView(overview, { open: await mineOf(desk, open, actor), settings, subscriptions }, now),
  });
}

const LOOKED_AT = 100;

/** Open groups that the person acknowledged or was paged for; the pages are seen now. */
async function mineOf(desk: Desk, open: readonly AlertGroup[], actor: Actor): Promise<readonly AlertGroup[]> {
  const { store, oncall } = desk;
  const { person } = actor;
  const names = [oncall.nameOf(person), person.name, person.email, person.slackId].map((name) => name?.toLowerCase());
  const isMe = (name: string) => names.includes(name.toLowerCase());
  const acknowledged = new Set(
    (await store.acknowledgements.active()).filter(({ by }) => isMe(by)).map(({ groupId }) => groupId),
  );
  const mine = await Promise.all(
    open.slice(0, LOOKED_AT).map(async (group) => {
      const paged = (await store.oncall.deliveries(group.id)).some((page) => isMe(page.person));
      if (paged) {
        await noteSeen(desk, group.id, actor);
      }
      return paged || acknowledged.has(group.id) ? [group] : [];
    }),
  );
  return mine.flat();
}
