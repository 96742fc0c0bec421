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
  /** Between what it usually is at this hour, where it has left that; not in events of before 0.2. */
  readonly usual?: readonly [low: number, high: number];
}

/** The metric that left its usual range first, and when. */
export interface FirstMove {
  readonly metric: string;
  readonly at: Date;
  /** Value seen then, and what is usual just before, in the metric's unit. */
  readonly seen: number;
  readonly usual: number;
}

/** An earlier event that looked most like this one. */
export interface PastEvent {
  readonly id: string;
  readonly entity: string;
  readonly openedAt: Date;
  readonly closedAt: Date | null;
  /** 0 to 1. */
  readonly alike: number;
  /** What they have in common, and what people said of it, for people. */
  readonly because: string;
}

/** One entity's part in an event of its service. */
export interface EventMember {
  readonly id: string;
  readonly entity: string;
  readonly openedAt: Date;
  readonly closedAt: Date | null;
  readonly peakScore: number;
  /** The metric that leads it. */
  readonly metric: string | null;
}

/** A service that may be the cause, with the reason for its rank. */
export interface Suspect {
  readonly service: string;
  readonly because: string;
}

/** A reason to take an event less seriously; where it is `muted` nobody is alerted. */
export interface Lowering {
  readonly by: "intervention" | "holiday" | "extent" | "feedback";
  readonly muted: boolean;
  readonly because: string;
}

/** What surrounds an event. */
export interface AnomalyContext {
  readonly firstMove: FirstMove | null;
  readonly similar: PastEvent | null;
  /** Of an event of a whole service: its entities that are anomalous, worst first, at most ten; empty for an entity's own event. */
  readonly members: readonly EventMember[];
  /** How many entities are or were part of it, of how many that are scored. */
  readonly affected: number;
  readonly scored: number;
  /** Of an event of a whole service: entities that are anomalous now, the most that were at one time, and what they are called. */
  readonly now?: number;
  readonly atOnce?: number;
  readonly parts?: string;
  /** Most suspect first. */
  readonly suspects: readonly Suspect[];
  readonly lowered: readonly Lowering[];
  /** Score over threshold in the course of the event, at most 16 values. */
  readonly course: readonly number[];
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
  readonly context?: AnomalyContext;
  /** Id of the service's event that this entity's event is part of: people see that one. */
  readonly partOf?: string;
  /** When its metrics were over the limit for the last time, while they are not and it has not closed yet. */
  readonly lastOver?: Date;
}

/** Of an event that stands alone. */
export const NO_CONTEXT: AnomalyContext = {
  firstMove: null,
  similar: null,
  members: [],
  affected: 1,
  scored: 1,
  suspects: [],
  lowered: [],
  course: [],
};
