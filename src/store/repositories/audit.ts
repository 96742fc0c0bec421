import { desc } from "drizzle-orm";
import type { Database } from "../database.ts";
import { audit } from "../schema.ts";
import type { AuditRepository } from "../store.ts";

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
  return {
    async append(entry) {
      await database.insert(audit).values(entry);
    },
    async recent(limit) {
      return database.select(columns).from(audit).orderBy(desc(audit.at), desc(audit.row)).limit(limit);
    },
  };
}
