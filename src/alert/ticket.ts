/** Systems whose tickets and outages cmswatch reads. */
export type TicketSystem = "ggus" | "helpdesk" | "ssb" | "jira";

/** A ticket or outage of any system, in one form. The system's own fields are kept in `fields`. */
export interface Ticket {
  readonly system: TicketSystem;
  /** Identity within its system: `123456`, `OTG0054345`. */
  readonly id: string;
  readonly subject: string;
  /** Whole text, untrimmed; empty when the system gives none. */
  readonly description: string;
  readonly status: string;
  readonly priority: string | null;
  readonly type: string | null;
  /** Virtual organisation, e.g. `cms`. */
  readonly vo: string | null;
  readonly site: string | null;
  /** CMS site name, e.g. `T2_CH_CERN`, when known. */
  readonly cmsSite: string | null;
  readonly createdAt: Date | null;
  readonly updatedAt: Date | null;
  /** Announced begin and end of an outage or intervention. */
  readonly startsAt: Date | null;
  readonly endsAt: Date | null;
  readonly url: string;
  /** The system's own fields by their own names, as text. */
  readonly fields: Readonly<Record<string, string>>;
}
