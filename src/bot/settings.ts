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
  return membersWith(store, ({ digest }) => digest);
}

/** Members who have quiet hours, whether it is quiet now or not. */
export async function quietMembers(store: Pick<Store, "states">): Promise<ReadonlySet<string>> {
  return new Set(await membersWith(store, ({ quietHours }) => quietHours !== null));
}

async function membersWith(
  store: Pick<Store, "states">,
  fits: (settings: PersonSettings) => boolean,
): Promise<readonly string[]> {
  const all = await store.states.list(PREFIX);
  return [...all].flatMap(([key, value]) => {
    const settings = settingsSchema.safeParse(value);
    return settings.success && fits(settings.data) ? [key.slice(PREFIX.length)] : [];
  });
}
