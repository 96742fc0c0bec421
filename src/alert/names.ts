/** Alerts that cmswatch makes of anomalies; what is anomalous is in their other labels. */
export const ANOMALY_ALERT = "CMSWebAnomaly";
/** Too many alerts of the worst severity at once. */
export const CRITICAL_ALERT = "CMSWebCriticalInfrastructure";
/** A run with bad lumisections. */
export const QUALITY_ALERT = "BadLumisections";
/** Transfers over a link or at a storage element, by what is wrong with them. */
export const TRANSFER_ALERT = {
  slow: { link: "TransferLinkSlow", storage: "TransferStorageSlow" },
  failing: { link: "TransferLinkFailing", storage: "TransferStorageFailing", server: "TransferServerFailing" },
} as const;

/** Alerts of cmswatch itself: their summary is the sentence to show. */
export const OWN_ALERTS: ReadonlySet<string> = new Set([
  ANOMALY_ALERT,
  CRITICAL_ALERT,
  QUALITY_ALERT,
  ...Object.values(TRANSFER_ALERT.slow),
  ...Object.values(TRANSFER_ALERT.failing),
]);
