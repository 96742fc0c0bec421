import { own } from "../../alert/own.ts";
import type { Service } from "../../config/catalogue.ts";
import { streamKey, uniform } from "./random.ts";

/** The character of one simulated service: how big it is and how it yields to the event loop. */
export interface Profile {
  readonly service: Service;
  /** Names of its pods, a few per workload. */
  readonly pods: readonly { readonly workload: string; readonly name: string; readonly share: number }[];
  /** Share of the service per workload. */
  readonly workloads: ReadonlyMap<string, number>;
  /** Requests per second at its busiest hour. */
  readonly requests: number;
  /** Share of the busiest hour that is left in the quietest one. */
  readonly floor: number;
  /** Hour (UTC) of the busiest time. */
  readonly peakHour: number;
  /** Share by which weekends are quieter. */
  readonly weekend: number;
  /** Cores that idle pods use, and cores per request per second. */
  readonly idleCores: number;
  readonly coresPerRequest: number;
  /** Bytes when idle, and bytes added at full load. */
  readonly idleBytes: number;
  readonly loadBytes: number;
  /** Seconds a request takes when idle, and the share added at full load. */
  readonly latency: number;
  readonly latencyRise: number;
  /** Size of the noise, as a share. */
  readonly noise: number;
  /** Streams of random numbers, one per use. */
  readonly key: (use: string) => number;
}

/** The profile of a service, always the same for a seed. Busy services of the real CMSWEB are busy here too. */
export function profileOf(service: Service, seed: number): Profile {
  const keys = new Map<string, number>();
  const key = (use: string) => {
    const known = keys.get(use) ?? streamKey(seed, `${service.name}/${use}`);
    keys.set(use, known);
    return known;
  };
  const pick = (use: string, low: number, high: number) => low + (high - low) * uniform(key(use), 0);
  const busy = own(BUSY, service.name) ?? 1;
  const requests = busy * pick("requests", 6, 14);
  const pods = podsOf(service, key);
  const workloads = new Map<string, number>();
  for (const { workload, share } of pods) {
    workloads.set(workload, (workloads.get(workload) ?? 0) + share);
  }
  return {
    service,
    pods,
    workloads,
    requests,
    floor: pick("floor", 0.25, 0.45),
    peakHour: pick("peakHour", 12, 16),
    weekend: pick("weekend", 0.15, 0.4),
    idleCores: pick("idleCores", 0.05, 0.15) * Math.sqrt(busy),
    coresPerRequest: pick("coresPerRequest", 0.01, 0.03),
    idleBytes: pick("idleBytes", 0.3, 1.2) * 1e9 * Math.sqrt(busy),
    loadBytes: pick("loadBytes", 0.2, 0.6) * 1e9 * Math.sqrt(busy),
    latency: pick("latency", 0.02, 0.12),
    latencyRise: pick("latencyRise", 0.4, 0.9),
    noise: pick("noise", 0.02, 0.04),
    key,
  };
}

const BUSY: Readonly<Record<string, number>> = {
  frontend: 40,
  dbs: 20,
  das: 8,
  crabserver: 8,
  couchdb: 12,
  reqmgr2: 5,
  mongodb: 6,
  "rucio-tracer": 10,
  wmarchive: 4,
};

function podsOf(service: Service, key: (use: string) => number): Profile["pods"] {
  const workloads = service.workloads.length === 0 ? [service.name] : service.workloads;
  const pods = workloads.flatMap((workload) => {
    const count = 2 + Math.floor(uniform(key(`pods/${workload}`), 0) * 2);
    return Array.from({ length: count }, (_, index) => ({
      workload,
      name: `${workload}-${letters(key(`pods/${workload}`), index)}`,
      weight: 0.7 + 0.6 * uniform(key(`share/${workload}`), index),
    }));
  });
  const total = pods.reduce((sum, pod) => sum + pod.weight, 0);
  return pods.map(({ workload, name, weight }) => ({ workload, name, share: weight / total }));
}

/** A suffix such as Kubernetes gives pods: `6f9bd-x2k4q`. */
function letters(key: number, index: number): string {
  const alphabet = "bcdfghjklmnpqrstvwxz2456789";
  const letter = (place: number) => alphabet[Math.floor(uniform(key, 100 + place) * alphabet.length)] ?? "b";
  const set = Array.from({ length: 5 }, (_, place) => letter(place)).join("");
  return `${set}-${Array.from({ length: 5 }, (_, place) => letter(1000 * (index + 1) + place)).join("")}`;
}
