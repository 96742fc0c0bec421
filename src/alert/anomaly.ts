/** How a thing is anomalous: one value, a value at the wrong time, or a shape and joint behaviour. */
export type AnomalyKind = "point" | "contextual" | "collective";
/** What it looks like to an operator. */
export type AnomalyClass = "performance" | "availability" | "security";

/** One metric's part in an anomaly. */
export interface Contribution {
  readonly metric: string;
  /** Share of the score, 0 to 1; the shares of one anomaly add up to 1. */
  readonly share: number;
  /** Value seen and value expected at the peak, in the metric's unit; null where the model gives none. */
  readonly seen: number | null;
  readonly expected: number | null;
}

/** One event of an entity (a service, or a pod): opened, updated while it lasts, closed. Times are points of the series. */
export interface Anomaly {
  readonly id: string;
  /** Entity that was scored, e.g. a pod; equals `service` where services are scored as a whole. */
  readonly entity: string;
  readonly service: string;
  readonly detector: string;
  readonly modelVersion: string;
  readonly kind: AnomalyKind;
  readonly class: AnomalyClass;
  readonly openedAt: Date;
  readonly updatedAt: Date;
  readonly closedAt: Date | null;
  readonly peakAt: Date;
  /** Calibrated scores: −log10 of the probability of so high a score in ordinary times. */
  readonly score: number;
  readonly peakScore: number;
  readonly threshold: number;
  /** Worst first. */
  readonly contributions: readonly Contribution[];
  /** Sentences that say why it is of this kind and class, for people. */
  readonly evidence: readonly string[];
}
