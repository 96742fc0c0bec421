import { and, eq } from "drizzle-orm";
import { replaceAllBut } from "../columns.ts";
import type { Database } from "../database.ts";
import { claims, messages } from "../schema.ts";
import type { MessageRepository } from "../store.ts";

/** Which message shows which group, and which deliveries were taken by somebody. */
export function messageRepository(database: Database): MessageRepository {
  return {
    async save(message) {
      await database
        .insert(messages)
        .values(message)
        .onConflictDoUpdate({
          target: [messages.channel, messages.ts],
          set: replaceAllBut(messages, ["channel", "ts"]),
        });
    },
    async of(groupId) {
      return database.select().from(messages).where(eq(messages.groupId, groupId)).orderBy(messages.ts);
    },
    async byTs(channel, ts) {
      const [row] = await database
        .select()
        .from(messages)
        .where(and(eq(messages.channel, channel), eq(messages.ts, ts)));
      return row ?? null;
    },
    async claim(deliveryId, at) {
      const taken = await database
        .insert(claims)
        .values({ deliveryId, at })
        .onConflictDoNothing()
        .returning({ deliveryId: claims.deliveryId });
      return taken.length === 1;
    },
  };
}
