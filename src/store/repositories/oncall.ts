import { and, desc, eq, gt, gte, lt } from "drizzle-orm";
import { replaceAllBut } from "../columns.ts";
import type { Database } from "../database.ts";
import { deliveries, overrides } from "../schema.ts";
import type { OncallRepository } from "../store.ts";

/** Changes of the rota and the pages that were sent. */
export function oncallRepository(database: Database): OncallRepository {
  return {
    async saveOverride(override) {
      await database
        .insert(overrides)
        .values(override)
        .onConflictDoUpdate({ target: overrides.id, set: replaceAllBut(overrides, ["id"]) });
    },
    async overrides(from, to) {
      return database
        .select()
        .from(overrides)
        .where(and(lt(overrides.from, to), gt(overrides.to, from)))
        .orderBy(overrides.from, overrides.id);
    },
    async removeOverride(id) {
      await database.delete(overrides).where(eq(overrides.id, id));
    },
    async saveDelivery(delivery) {
      await database
        .insert(deliveries)
        .values(delivery)
        .onConflictDoUpdate({ target: deliveries.id, set: replaceAllBut(deliveries, ["id"]) });
    },
    async deliveries(groupId) {
      return database
        .select()
        .from(deliveries)
        .where(eq(deliveries.groupId, groupId))
        .orderBy(deliveries.sentAt, deliveries.step, deliveries.id);
    },
    async deliveriesSince(at, limit) {
      return database
        .select()
        .from(deliveries)
        .where(gte(deliveries.sentAt, at))
        .orderBy(desc(deliveries.sentAt), deliveries.id)
        .limit(limit);
    },
  };
}
