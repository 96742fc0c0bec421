import { own } from "./own.ts";

/** Label or annotation set: name → value. Label names follow Prometheus (`[a-zA-Z_][a-zA-Z0-9_]*`). */
export type Labels = Readonly<Record<string, string>>;

/**
 * One alert as Alertmanager understands it. Its identity is its label set and nothing else:
 * two alerts with the same labels are the same alert, whatever their annotations and times.
 */
export interface Alert {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly startsAt: Date;
  /** When it ended or is announced to end; null while nobody knows (it then needs refreshing). */
  readonly endsAt: Date | null;
  readonly generatorURL?: string;
}

/** What Alertmanager says about an alert it holds. */
export interface ActiveAlert extends Alert {
  /** Alertmanager's own identity of the label set, 16 hexadecimal digits. */
  readonly fingerprint: string;
  readonly state: "active" | "suppressed" | "unprocessed";
  /** Ids of silences that hide it. */
  readonly silencedBy: readonly string[];
  /** Fingerprints of alerts that inhibit it. */
  readonly inhibitedBy: readonly string[];
  readonly receivers: readonly string[];
  readonly updatedAt: Date;
}

/** The alert's name, or a placeholder that says the label is missing. */
export function alertName(alert: Pick<Alert, "labels">): string {
  return alert.labels["alertname"] ?? "(no alertname)";
}

/** A label's value; a missing one is the empty string, also where every object has a property of that name. */
export function labelOf(labels: Labels, name: string): string {
  return Object.hasOwn(labels, name) ? (own(labels, name) ?? "") : "";
}

/** True when the alert has an end that is not after `now`. */
export function isResolved(alert: Pick<Alert, "endsAt">, now: Date): boolean {
  return alert.endsAt !== null && alert.endsAt.getTime() <= now.getTime();
}

/** A copy without the given label names (e.g. a random `uuid` that defeats deduplication). */
export function withoutLabels(labels: Labels, ignored: readonly string[]): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !ignored.includes(name)));
}
