import { seededRandom } from "../../detect/math/random.ts";
import { endOf, linkOf, type Transfer } from "../../transfers/model/transfer.ts";

/** A fault planted in the stream. Times are Unix seconds. */
export interface PlantedFault {
  readonly from: number;
  readonly until: number;
  /** Which transfers: by link (`A → B`) or by the name of a storage element. */
  readonly link?: string;
  readonly storage?: string;
  /** Durations are multiplied by this. */
  readonly slower?: number;
  /** Share of transfers that fail. */
  readonly failing?: number;
}

export interface StreamOptions {
  readonly seed: number;
  /** Unix seconds of the first start. */
  readonly start: number;
  /** Transfers begun per second, on average. */
  readonly rate: number;
  readonly sites?: number;
  readonly faults?: readonly PlantedFault[];
}

/** Percentiles of duration that the stream follows, seconds: those of a month of Rucio's transfers. */
export const DURATION_PERCENTILES: readonly (readonly [number, number])[] = [
  [0, 1],
  [0.05, 4],
  [0.25, 9],
  [0.5, 18],
  [0.75, 40],
  [0.9, 127],
  [0.95, 259],
  [0.99, 829],
  [1, 7200],
];

const ACTIVITIES = [
  "Production Input",
  "Production Output",
  "Data Rebalancing",
  "User Subscriptions",
  "Analysis TransferB",
];
const ENDPOINTS = [
  "https://fts3-cms.example:8446",
  "https://fts3-pilot.example:8446",
  "https://fts3-west.example:8446",
];
const COUNTRIES = ["US", "DE", "IT", "FR", "UK", "ES", "CH", "RU", "BR", "IN", "KR", "HU", "BE", "EE", "PL", "FI"];
const FAILURES = [
  "TRANSFER ERROR: Transfer canceled because the gsiftp performance marker timeout of 180 seconds has been exceeded",
  "DESTINATION OVERWRITE ERROR: Protocol(s) specified not supported",
  "SOURCE CHECKSUM ERROR: Source and destination checksums do not match",
];
/** Shares of a duration's spread: link, size, and what nothing explains. */
const LINK_SHARE = 0.45;
const SIZE_SHARE = 0.35;
const NOISE_SHARE = 0.2;

/** Names of the storage elements that a stream of this many sites has. */
export function storageNames(sites: number): readonly string[] {
  return Array.from({ length: sites }, (_, i) => {
    const tier = i < 1 + sites / 12 ? 1 : 2;
    const country = COUNTRIES[i % COUNTRIES.length] as string;
    return `T${tier}_${country}_Site${Math.floor(i / COUNTRIES.length) + 1}${i % 5 === 0 ? "_Tape" : "_Disk"}`;
  });
}

/**
 * An endless stream of transfers, in the order in which they end. Durations follow {@link DURATION_PERCENTILES} over all, and are
 * explained in part by link and size, as in the real ones (a Gaussian copula). Repeats for a seed.
 */
export function* transferStream(options: StreamOptions): Generator<Transfer> {
  const random = seededRandom(options.seed);
  const storages = storageNames(options.sites ?? 60);
  const running: Transfer[] = [];
  let clock = options.start;
  for (;;) {
    clock += -Math.log(1 - random()) / options.rate;
    push(running, oneTransfer(Math.round(clock), storages, random, options));
    while (running.length > 0 && endOf(running[0] as Transfer) <= clock) {
      yield pop(running);
    }
  }
}

/** The event as Rucio sends it. */
export function toEvent(transfer: Transfer): Record<string, unknown> {
  const time = (seconds: number) => new Date(1000 * seconds).toISOString().slice(0, 19).replace("T", " ");
  return {
    event_type: transfer.outcome === "done" ? "transfer-done" : "transfer-failed",
    submitted_at: time(transfer.submittedAt),
    started_at: time(transfer.startedAt),
    transferred_at: time(endOf(transfer)),
    duration: transfer.duration,
    bytes: transfer.bytes,
    activity: transfer.activity,
    "src-rse": transfer.source,
    "dst-rse": transfer.destination,
    "src-type": transfer.sourceType,
    "dst-type": transfer.destinationType,
    protocol: transfer.protocol,
    "transfer-endpoint": transfer.endpoint,
    ...(transfer.reason === "" ? {} : { reason: transfer.reason }),
  };
}

function oneTransfer(
  startedAt: number,
  storages: readonly string[],
  random: () => number,
  { faults = [], start }: StreamOptions,
): Transfer {
  // Few storages see most of the traffic, as everywhere: the square of a uniform number.
  const sourceAt = Math.floor(random() ** 2 * storages.length);
  const hop = 1 + Math.floor(random() ** 2 * (storages.length - 1));
  const source = storages[sourceAt] as string;
  const destination = storages[(sourceAt + hop) % storages.length] as string;
  const size = normal(random);
  const latent =
    Math.sqrt(LINK_SHARE) * nameEffect(`${source}${destination}`) +
    Math.sqrt(SIZE_SHARE) * size +
    Math.sqrt(NOISE_SHARE) * normal(random);
  const link = linkOf({ source, destination });
  const fault = faults.find(
    ({ from, until, ...where }) =>
      startedAt >= from &&
      startedAt < until &&
      (where.link === link || where.storage === source || where.storage === destination),
  );
  const failed = random() < (fault?.failing ?? 0.002);
  const seconds = durationAt(normalCumulative(latent)) * (fault?.slower ?? 1);
  return {
    submittedAt: Math.max(start - 86_400, startedAt - Math.round(Math.exp(5 + 1.5 * normal(random)))),
    startedAt,
    bytes: Math.round(10 ** Math.min(11.5, Math.max(3, 8.6 + 0.9 * size))),
    activity: ACTIVITIES[Math.floor(random() ** 2 * ACTIVITIES.length)] as string,
    source,
    destination,
    sourceType: typeOf(source),
    destinationType: typeOf(destination),
    protocol: random() < 0.7 ? "davs" : "root",
    endpoint: ENDPOINTS[sourceAt % ENDPOINTS.length] as string,
    duration: Math.max(1, Math.round(seconds)),
    outcome: failed ? "failed" : "done",
    reason: failed ? (FAILURES[Math.floor(random() * FAILURES.length)] as string) : "",
  };
}

function typeOf(storage: string): string {
  return storage.endsWith("_Tape") ? "TAPE" : "DISK";
}

/** A standard normal number that belongs to a name. */
function nameEffect(name: string): number {
  let hash = 2_166_136_261;
  for (let i = 0; i < name.length; i++) {
    hash = Math.imul(hash ^ name.charCodeAt(i), 16_777_619);
  }
  return normal(seededRandom(hash >>> 0));
}

/** Box and Muller 1958. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Cumulative normal distribution to 2e-4 (Page 1977). */
function normalCumulative(x: number): number {
  return 1 / (1 + Math.exp(-x * (1.5957691 + 0.07056 * x * x)));
}

/** Seconds at a rank of the distribution, log-linear between its percentiles. */
function durationAt(rank: number): number {
  const above = DURATION_PERCENTILES.findIndex(([p]) => p >= rank);
  const [highRank, high] = DURATION_PERCENTILES[Math.max(1, above)] as readonly [number, number];
  const [lowRank, low] = DURATION_PERCENTILES[Math.max(1, above) - 1] as readonly [number, number];
  return low * (high / low) ** ((rank - lowRank) / (highRank - lowRank));
}

/** Binary heap by end, earliest first. */
function push(heap: Transfer[], transfer: Transfer): void {
  let at = heap.length;
  heap.push(transfer);
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (endOf(heap[parent] as Transfer) <= endOf(transfer)) {
      break;
    }
    heap[at] = heap[parent] as Transfer;
    at = parent;
  }
  heap[at] = transfer;
}

function pop(heap: Transfer[]): Transfer {
  const first = heap[0] as Transfer;
  const last = heap.pop() as Transfer;
  if (heap.length > 0) {
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) {
        break;
      }
      if (child + 1 < heap.length && endOf(heap[child + 1] as Transfer) < endOf(heap[child] as Transfer)) {
        child++;
      }
      if (endOf(last) <= endOf(heap[child] as Transfer)) {
        break;
      }
      heap[at] = heap[child] as Transfer;
      at = child;
    }
    heap[at] = last;
  }
  return first;
}
