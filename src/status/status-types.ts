import type { Anomaly } from "../alert/anomaly.ts";
import type { AlertGroup, Person, RunbookLink } from "../alert/group.ts";
import type { Silence } from "../alert/silence.ts";
import type { Ticket } from "../alert/ticket.ts";

/**
 * A part of an answer together with its age: fresh, older than it should be, or not there at all with the reason.
 * A source that failed is `missing`, never an empty list.
 */
export type Part<T> =
  | { readonly kind: "fresh"; readonly value: T; readonly at: Date }
  | { readonly kind: "stale"; readonly value: T; readonly at: Date; readonly because: string }
  | { readonly kind: "missing"; readonly because: string };

/**
 * A service in one word. `failing`: an alert of a high severity fires; `degraded`: an anomaly or a lesser alert;
 * `silenced`: it would be one of these, but a silence hides it; `learning`: no model yet; `unknown`: no fresh metrics.
 */
export type ServiceState = "ok" | "degraded" | "failing" | "silenced" | "learning" | "unknown";

/** One metric over time with what was expected; all arrays have the length of `times`. */
export interface MetricSeries {
  readonly entity: string;
  readonly metric: string;
  readonly unit: string | null;
  /** Milliseconds since 1970, rising. */
  readonly times: readonly number[];
  readonly values: readonly (number | null)[];
  /** Lower and upper edge of the expected band; null where the model gives none. */
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
  /** Spans that were anomalous; `to` is null while it lasts. */
  readonly anomalous: readonly { readonly from: Date; readonly to: Date | null }[];
}

/** A silence with who owns it and what it hides. */
export interface SilenceInfo {
  readonly silence: Silence;
  readonly owner: string;
  /** Number of alerts it hides now; null when nobody counted. */
  readonly hides: number | null;
}

/** Who is on call for a roster; `person` is null when nobody is. */
export interface OncallNow {
  readonly roster: string;
  readonly person: Person | null;
  readonly until: Date | null;
  /** Why this person: rotation, override, fallback, … */
  readonly because: string;
}

/** The answer to "is it us?" for one service. */
export interface ServiceStatus {
  readonly known: true;
  readonly service: string;
  readonly title: string;
  readonly state: ServiceState;
  /** One sentence for people that answers "is it us?". */
  readonly headline: string;
  /** Present since, when that is known. */
  readonly since: Date | null;
  readonly owners: readonly string[];
  /** Open anomalies, worst first; the worst metric of each is its first contribution. */
  readonly anomalies: Part<readonly Anomaly[]>;
  /** The worst metric's recent course, or null when no metric is watched. */
  readonly series: Part<MetricSeries | null>;
  /** Open tickets and interventions that touch the service. */
  readonly tickets: Part<readonly Ticket[]>;
  /** Groups that are not resolved, worst first. */
  readonly alerts: Part<readonly AlertGroup[]>;
  readonly silences: Part<readonly SilenceInfo[]>;
  readonly oncall: Part<readonly OncallNow[]>;
  readonly runbook: Part<RunbookLink | null>;
  /** Services it needs, with their state. */
  readonly dependencies: readonly { readonly service: string; readonly state: ServiceState }[];
  readonly dashboard: string | null;
}

/** The answer for a name that is no service. */
export interface UnknownService {
  readonly known: false;
  readonly name: string;
  /** Nearest right names, best first. */
  readonly suggestions: readonly string[];
}

export interface ServiceSummary {
  readonly service: string;
  readonly title: string;
  readonly state: ServiceState;
  readonly headline: string;
  readonly since: Date | null;
  readonly alerts: number;
  readonly anomalies: number;
}

/** How one source of data is doing. */
export interface SourceHealth {
  readonly name: string;
  readonly state: "ok" | "stale" | "down" | "off";
  readonly at: Date | null;
  readonly because: string;
  /** Milliseconds after which it is asked again: one that says nothing for clearly longer is late, also where it only hangs. */
  readonly every?: number;
}

/** All services on one screen. */
export interface Overview {
  /** Worst first. */
  readonly services: readonly ServiceSummary[];
  readonly alerts: Part<readonly AlertGroup[]>;
  readonly tickets: Part<readonly Ticket[]>;
  readonly silences: Part<readonly SilenceInfo[]>;
  readonly oncall: Part<readonly OncallNow[]>;
  readonly sources: readonly SourceHealth[];
}

/** Which groups to list; without states all that are not resolved. */
export interface GroupFilter {
  readonly service?: string;
  readonly severity?: string;
  readonly states?: readonly AlertGroup["state"][];
}

/** What bot, web and command line ask to answer people. Never throws for a source that is down: it says so in the part. */
export interface StatusSource {
  /** @param name a service's name or alias, any case */
  service(name: string, now: Date): Promise<ServiceStatus | UnknownService>;
  overview(now: Date): Promise<Overview>;
  groups(filter: GroupFilter, now: Date): Promise<Part<readonly AlertGroup[]>>;
  /** The group of that id, or of a prefix of at least 4 characters that only one has; null when there is none. */
  group(id: string): Promise<AlertGroup | null>;
  /** The anomalies behind a group's alerts, for its explanation. */
  anomaliesOf(group: AlertGroup): Promise<readonly Anomaly[]>;
  /** One metric's course (the worst one's when none is named). @returns null for an unknown metric */
  series(query: SeriesQuery): Promise<Part<MetricSeries | null>>;
  /** Runbooks for a service or for words, best first. */
  runbooks(query: string): Promise<readonly RunbookLink[]>;
}

export interface SeriesQuery {
  readonly service: string;
  readonly metric?: string;
  readonly from: Date;
  readonly to: Date;
}

/** One scored point, as it is shown: arrays have the length of `metrics`, NaN is missing. */
export interface ScoredPoint {
  readonly at: Date;
  readonly score: number;
  readonly metrics: readonly string[];
  readonly values: ArrayLike<number>;
  readonly low: ArrayLike<number>;
  readonly high: ArrayLike<number>;
}
