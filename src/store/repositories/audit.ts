import { desc, eq, gte } from "drizzle-orm";
import type { Database } from "../database.ts";
import { audit } from "../schema.ts";
import type { AuditRepository } from "../store.ts";

const MOST_ABOUT = 1000;
const columns = {
  at: audit.at,
  actor: audit.actor,
  via: audit.via,
  action: audit.action,
  subject: audit.subject,
  details: audit.details,
};

/** Who did what, from where. */
export function auditRepository(database: Database): AuditRepository {
  const newest = () => database.select(columns).from(audit).orderBy(desc(audit.at), desc(audit.row)).$dynamic();
  return {
    async append(entry) {
      await database.insert(audit).values(entry);
    },
    recent: async (limit) => newest().limit(limit),
    about: async (subject) => (await newest().where(eq(audit.subject, subject)).limit(MOST_ABOUT)).reverse(),
    since: async (at, limit) => newest().where(gte(audit.at, at)).limit(limit),
  };
}
