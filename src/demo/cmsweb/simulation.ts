import type { Catalogue, Service } from "../../config/catalogue.ts";
import { applyInjection, type Injection, isUnderWay, type ServiceSample } from "./injection.ts";
import { type Profile, profileOf } from "./profile.ts";
import { normal, smoothNoise } from "./random.ts";

const HOUR = 3600;
const DAY = 24 * HOUR;
/** Noise is drawn once per this many seconds, so that finer and coarser steps see the same world. */
export const GRAIN = 15;
const MAX_INJECTIONS = 1000;

/** A CMSWEB that never was: every value is a function of time and seed, so its past is there at once. */
export interface Simulation {
  readonly profiles: ReadonlyMap<string, Profile>;
  /** The service's values at a time in unix seconds. @throws RangeError for an unknown service. */
  sample(service: string, seconds: number): ServiceSample;
  /** Makes something go wrong. @throws RangeError for an unknown service, a bad time, or too many at once. */
  inject(injection: Injection): void;
  /** All that was injected, oldest first. */
  injections(): readonly Injection[];
}

/** Builds the simulated CMSWEB for all services of the catalogue. */
export function createSimulation(options: { catalogue: Catalogue; seed: number }): Simulation {
  const { catalogue, seed } = options;
  const profiles = new Map(catalogue.services.map((service) => [service.name, profileOf(service, seed)]));
  const injected: Injection[] = [];
  const profileNamed = (name: string): Profile => {
    const profile = profiles.get(name);
    if (profile === undefined) {
      throw new RangeError(`the simulated CMSWEB has no service "${name}": ${[...profiles.keys()].join(", ")}`);
    }
    return profile;
  };
  return {
    profiles,
    sample(service, seconds) {
      const profile = profileNamed(service);
      const load = loadAt(profile, seconds);
      const ordinary = slowedByOthers(valuesAt(profile, load, seconds), profile.service, injected, seconds, catalogue);
      const active = injected.findLast((entry) => entry.service === service && isUnderWay(entry, seconds));
      if (active === undefined) {
        return ordinary;
      }
      const secondsIn = seconds - active.from.getTime() / 1000;
      return applyInjection(active.kind, ordinary, load, profile.floor, secondsIn, (other) =>
        valuesAt(profile, other, seconds),
      );
    },
    inject(injection) {
      profileNamed(injection.service);
      if (!(injection.duration > 0) || Number.isNaN(injection.from.getTime())) {
        throw new RangeError(
          `an injection needs a begin and a duration above 0 ms, not ${injection.from.getTime()} and ${injection.duration}`,
        );
      }
      if (injected.length >= MAX_INJECTIONS) {
        injected.shift();
      }
      injected.push({ ...injection });
    },
    injections: () => [...injected],
  };
}

/** How busy the service is, about `floor` to 1: by hour of day, day of week, and slow drifts of its own. */
function loadAt(profile: Profile, seconds: number): number {
  const hour = (seconds % DAY) / HOUR;
  const daily = 0.5 + 0.5 * Math.cos(((hour - profile.peakHour) / 24) * 2 * Math.PI);
  const quiet = 1 - profile.weekend * weekendWeight(seconds);
  const drift = 0.05 * smoothNoise(profile.key("drift"), seconds, 2 * HOUR);
  const ripple = 0.03 * smoothNoise(profile.key("ripple"), seconds, 600);
  return (profile.floor + (1 - profile.floor) * daily) * quiet * (1 + drift + ripple);
}

/** 0 on weekdays, 1 on Saturday and Sunday, with four hours of change between. The unix epoch was a Thursday. */
function weekendWeight(seconds: number): number {
  const day = (seconds / DAY + 3) % 7;
  const change = 4 / 24;
  const ramp = (value: number) => Math.min(1, Math.max(0, value));
  return day >= 5 ? ramp((day - 5) / change) : ramp(1 - day / change);
}

/** Requests follow the load, cores follow the requests, memory follows slowly, latency rises with the load. */
function valuesAt(profile: Profile, load: number, seconds: number): ServiceSample {
  const grain = Math.floor(seconds / GRAIN);
  const noise = (use: string, scale: number) => 1 + profile.noise * scale * normal(profile.key(use), grain);
  const requests = profile.requests * load * noise("n/requests", 1);
  const garbage = sawtooth(profile, seconds);
  return {
    requests,
    latency: profile.latency * (1 + profile.latencyRise * load * load) * noise("n/latency", 1.5),
    cpu: (profile.idleCores + profile.coresPerRequest * requests) * noise("n/cpu", 0.8),
    memory: (profile.idleBytes + profile.loadBytes * (0.75 * load + 0.25 * garbage)) * noise("n/memory", 0.15),
  };
}

/** Memory that fills up and is collected again, about every quarter of an hour. */
function sawtooth(profile: Profile, seconds: number): number {
  const period = 700 + (profile.key("garbage") % 500);
  return ((seconds + (profile.key("garbage/phase") % 1000)) % period) / period;
}

/** Who needs a service that is down waits for it. */
function slowedByOthers(
  sample: ServiceSample,
  service: Service,
  injected: readonly Injection[],
  seconds: number,
  catalogue: Catalogue,
): ServiceSample {
  const waits = injected.some(
    (entry) =>
      entry.kind === "down" &&
      isUnderWay(entry, seconds) &&
      service.dependsOn.some((needed) => catalogue.find(needed)?.name === entry.service),
  );
  return waits ? { ...sample, latency: sample.latency * 3, requests: sample.requests * 0.8 } : sample;
}
