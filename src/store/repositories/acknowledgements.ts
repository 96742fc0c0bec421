import { and, desc, eq, isNull, lt } from "drizzle-orm";
import { replaceAllBut } from "../columns.ts";
import type { Database } from "../database.ts";
import { acknowledgements } from "../schema.ts";
import type { AcknowledgementRepository } from "../store.ts";

/** Who is on what. At most one acknowledgement of a group is in force: a newer one ends the older ones. */
export function acknowledgementRepository(database: Database): AcknowledgementRepository {
  return {
    async save(acknowledgement) {
      const { groupId, at } = acknowledgement;
      await database.transaction(async (transaction) => {
        await transaction
          .update(acknowledgements)
          .set({ endedAt: at })
          .where(
            and(eq(acknowledgements.groupId, groupId), lt(acknowledgements.at, at), isNull(acknowledgements.endedAt)),
          );
        await transaction
          .insert(acknowledgements)
          .values(acknowledgement)
          .onConflictDoUpdate({
            target: [acknowledgements.groupId, acknowledgements.at],
            set: replaceAllBut(acknowledgements, ["groupId", "at"]),
          });
      });
    },
    async active() {
      return database
        .select()
        .from(acknowledgements)
        .where(isNull(acknowledgements.endedAt))
        .orderBy(acknowledgements.at);
    },
    async of(groupId) {
      const [row] = await database
        .select()
        .from(acknowledgements)
        .where(eq(acknowledgements.groupId, groupId))
        .orderBy(desc(acknowledgements.at))
        .limit(1);
      return row ?? null;
    },
  };
}
