import { z } from "zod";
import type { Store } from "../store/store.ts";
import { DEFAULT_SETTINGS, type PersonSettings } from "./messages/home.ts";

const settingsSchema = z.object({
  quietHours: z.string().nullable(),
  pagesTo: z.enum(["dm", "channel"]),
  digest: z.boolean(),
  pictures: z.enum(["light", "dark"]).default("light"),
});
const keyOf = (userId: string) => `bot/settings/${userId}`;

/** What a person decided; the defaults where they decided nothing, or what is stored cannot be read. */
export async function settingsOf(store: Pick<Store, "states">, userId: string): Promise<PersonSettings> {
  const stored = settingsSchema.safeParse(await store.states.get(keyOf(userId)));
  return stored.success ? stored.data : DEFAULT_SETTINGS;
}

export async function changeSettings(
  store: Pick<Store, "states">,
  userId: string,
  change: Partial<PersonSettings>,
): Promise<void> {
  await store.states.put(keyOf(userId), { ...(await settingsOf(store, userId)), ...change });
}
