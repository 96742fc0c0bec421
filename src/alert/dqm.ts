/** What is said of a lumisection. STANDBY: no entries (no beam, or off); EXCLUDED: taken out on purpose; NOTSET: nobody has looked, or nothing to look at. */
export const DQM_STATUSES = ["GOOD", "BAD", "STANDBY", "EXCLUDED", "NOTSET"] as const;
export type DqmStatus = (typeof DQM_STATUSES)[number];

/** The machine's verdict on one lumisection. */
export interface LumiVerdict {
  readonly lumi: number;
  readonly status: DqmStatus;
  /** 1 and more is bad; null without entries or histogram. */
  readonly score: number | null;
  /** The histogram that is worst. */
  readonly histogram: string | null;
  /** Scale of that histogram's axis beside the nearest certified run, where it is fitted. */
  readonly gain?: number;
  /** Of a bad lumisection that several histograms were looked at for: the part of the detector that is worst. */
  readonly part?: { readonly name: string; readonly over: number; readonly histograms: number };
}

/** What one lumisection's histogram shows beside its references; all arrays have a value per bin, in shares of all entries. */
export interface BinEvidence {
  readonly lumi: number;
  readonly histogram: string;
  /** Names of the bins, for people. */
  readonly bins: readonly string[];
  readonly seen: readonly number[];
  readonly expected: readonly number[];
  /** The band of two standard deviations around it. */
  readonly low: readonly number[];
  readonly high: readonly number[];
  /** (seen − expected) / standard deviation. */
  readonly pulls: readonly number[];
}

/** One run as the machine judges it, before people overrule. */
export interface JudgedRun {
  readonly run: number;
  readonly judgedAt: Date;
  readonly detector: string;
  /** Ascending; lumisections between the first and the last that no histogram came for are NOTSET. */
  readonly lumis: readonly LumiVerdict[];
  /** The worst lumisections' bins, at most ten. */
  readonly evidence: readonly BinEvidence[];
}

/** A person's word about lumisections of a run; it wins over the machine and over earlier ones. */
export interface Overrule {
  readonly id: string;
  readonly run: number;
  /** Inclusive. */
  readonly first: number;
  readonly last: number;
  readonly status: DqmStatus;
  readonly reason: string;
  readonly by: string;
  readonly via: "slack" | "web" | "cli";
  readonly at: Date;
  /** When it was taken back, else null. */
  readonly revokedAt: Date | null;
}

/** Lumisections in a row of one status and for one reason. */
export interface DqmRange {
  readonly first: number;
  readonly last: number;
  readonly status: DqmStatus;
  /** Why, as a sentence for people. */
  readonly reason: string;
  /** Who overruled; null for the machine's own. */
  readonly by: string | null;
}

/** Run numbers are 32-bit integers in the store. */
export const MAX_RUN = 2_147_483_647;
/** A run has some thousand lumisections of 23 seconds. */
export const MAX_LUMISECTION = 100_000;
