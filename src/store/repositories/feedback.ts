import { and, desc, eq } from "drizzle-orm";
import { replaceAllBut } from "../columns.ts";
import type { Database } from "../database.ts";
import { feedback } from "../schema.ts";
import type { FeedbackRepository } from "../store.ts";

/** What people said about alerts, groups and remedies; the revoked too. */
export function feedbackRepository(database: Database): FeedbackRepository {
  return {
    async save(given) {
      await database
        .insert(feedback)
        .values(given)
        .onConflictDoUpdate({ target: feedback.id, set: replaceAllBut(feedback, ["id"]) });
    },
    async list({ kind, subject, limit }) {
      return database
        .select()
        .from(feedback)
        .where(
          and(
            kind === undefined ? undefined : eq(feedback.kind, kind),
            subject === undefined ? undefined : eq(feedback.subject, subject),
          ),
        )
        .orderBy(desc(feedback.at), desc(feedback.id))
        .limit(limit);
    },
    async get(id) {
      const [found] = await database.select().from(feedback).where(eq(feedback.id, id));
      return found ?? null;
    },
  };
}
