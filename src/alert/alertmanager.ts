import type { ActiveAlert, Alert, Labels } from "./alert.ts";
import type { Matcher } from "./matcher.ts";
import type { Silence, SilenceRequest } from "./silence.ts";

/** Which alerts to list; all of these default to true as in Alertmanager's API v2. */
export interface AlertFilter {
  readonly matchers?: readonly Matcher[];
  readonly active?: boolean;
  readonly silenced?: boolean;
  readonly inhibited?: boolean;
  readonly unprocessed?: boolean;
  readonly receiver?: string;
}

/** Alerts that Alertmanager notifies about together. */
export interface NotificationGroup {
  readonly labels: Labels;
  readonly receiver: string;
  readonly alerts: readonly ActiveAlert[];
}

/** State of one Alertmanager. `peers` is 0 outside a cluster. */
export interface AlertmanagerStatus {
  readonly version: string;
  readonly uptimeSince: Date;
  readonly clusterStatus: "ready" | "settling" | "disabled";
  readonly peers: number;
  /** `global.resolve_timeout` in milliseconds: after this a not refreshed alert without an end is resolved. */
  readonly resolveTimeout: number;
}

/** What cmswatch needs of Alertmanager's API v2; one server, several of them, or the embedded one. */
export interface Alertmanager {
  alerts(filter?: AlertFilter): Promise<readonly ActiveAlert[]>;
  groups(filter?: AlertFilter): Promise<readonly NotificationGroup[]>;
  /** Resolves when the alerts are accepted. @throws AlertmanagerError when a server refuses or cannot be reached. */
  post(alerts: readonly Alert[]): Promise<void>;
  silences(matchers?: readonly Matcher[]): Promise<readonly Silence[]>;
  /** Makes or replaces a silence and gives its id (a replaced one may get a new id). */
  putSilence(request: SilenceRequest): Promise<string>;
  expireSilence(id: string): Promise<void>;
  status(): Promise<AlertmanagerStatus>;
  receivers(): Promise<readonly string[]>;
}
