/** Name of the alert about bad lumisections of a run. */
export const DQM_ALERT = "BadLumisections";

/** Name of every alert that cmswatch makes from an anomaly; what is anomalous is in its other labels. */
export const ANOMALY_ALERT = "CMSWebAnomaly";

/** Annotation of an alert whose metrics are back, though it has not ended yet: since when. */
export const RECOVERING = "recovering";

/** Service that alerts of transfers belong to. */
export const TRANSFER_SERVICE = "rucio";

/** Names by what is wrong and where. */
export const TRANSFER_ALERT_NAMES = {
  slow: { link: "TransferLinkSlow", storage: "TransferStorageSlow" },
  failing: { link: "TransferLinkFailing", storage: "TransferStorageFailing" },
} as const;
/** Name of the alert about a transfer server that fails. */
export const SERVER_ALERT = "TransferServerFailing";
/** Too many alerts of the worst severity at once. */
export const CRITICAL_ALERT = "CMSWebCriticalInfrastructure";

/** Something that should report has not. */
export const HEARTBEAT_ALERT = "HeartbeatMissing";

/** Alerts of cmswatch itself: their summary is the sentence to show. */
export const OWN_ALERTS: ReadonlySet<string> = new Set([
  ANOMALY_ALERT,
  CRITICAL_ALERT,
  DQM_ALERT,
  ...Object.values(TRANSFER_ALERT_NAMES.slow),
  ...Object.values(TRANSFER_ALERT_NAMES.failing),
  SERVER_ALERT,
  HEARTBEAT_ALERT,
]);
