/** One file transfer between two storage elements, as Rucio reports it when it is over. Times are Unix seconds. */
export interface Transfer {
  readonly submittedAt: number;
  readonly startedAt: number;
  /** Size in bytes; 0 where it is not known. */
  readonly bytes: number;
  readonly activity: string;
  /** Storage elements (RSE), e.g. `T1_DE_KIT_Disk`; {@link UNKNOWN} where the event names none. */
  readonly source: string;
  readonly destination: string;
  readonly sourceType: string;
  readonly destinationType: string;
  readonly protocol: string;
  /** The server that carried it out (FTS). */
  readonly endpoint: string;
  /** Seconds from start to end; null while it runs, and for one that failed without having started. */
  readonly duration: number | null;
  readonly outcome: "done" | "failed";
  /** Why it failed, in the words of the event; empty when it did not. */
  readonly reason: string;
}

/** Name of a site, activity, protocol or endpoint that an event does not give. */
export const UNKNOWN = "unknown";

/** The link a transfer goes over, between two storage elements. */
export function linkOf(transfer: Pick<Transfer, "source" | "destination">): string {
  return `${transfer.source} → ${transfer.destination}`;
}

/** When it was over, Unix seconds; never (infinity) for one that runs. */
export function endOf(transfer: Pick<Transfer, "startedAt" | "duration">): number {
  return transfer.duration === null ? Number.POSITIVE_INFINITY : transfer.startedAt + transfer.duration;
}

const CMS_KIND = /_(?:Disk|Tape|MSS|Buffer|Export|Test|Temp|Ceph)(?:_.*)?$/i;

/**
 * The site of a storage element: CMS names it and appends the kind of storage (`T1_DE_KIT_Disk`), ATLAS likewise after the
 * first underscore (`FZK-LCG2_DATADISK`).
 */
export function siteOf(storage: string): string {
  if (/^T\d_[A-Z]{2}_/.test(storage)) {
    return storage.replace(CMS_KIND, "");
  }
  const end = storage.indexOf("_");
  return end > 0 ? storage.slice(0, end) : storage;
}
