import { z } from "zod";
import type { Store } from "../store/store.ts";
import { DEFAULT_SETTINGS, type PersonSettings } from "./messages/home.ts";

const settingsSchema = z.object({
  quietHours: z.string().nullable(),
  pagesTo: z.enum(["dm", "channel"]),
  digest: z.boolean(),
  pictures: z.enum(["light", "dark"]).default("light"),
});
const PREFIX = "bot/settings/";
const keyOf = (userId: string) => `${PREFIX}${userId}`;

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

/** Members who asked for the digest as a direct message. */
export async function subscribersOf(store: Pick<Store, "states">): Promise<readonly string[]> {
  const all = await store.states.list(PREFIX);
  return [...all].flatMap(([key, value]) => {
    const settings = settingsSchema.safeParse(value);
    return settings.success && settings.data.digest ? [key.slice(PREFIX.length)] : [];
  });
}
