/** What can be made to go wrong. `absent`: its metrics stop coming, which says nothing about the service. */
export const INJECTION_KINDS = ["point", "contextual", "collective", "down", "absent"] as const;
export type InjectionKind = (typeof INJECTION_KINDS)[number];

/** Something that goes wrong with one service for a time. */
export interface Injection {
  readonly service: string;
  readonly kind: InjectionKind;
  readonly from: Date;
  /** Milliseconds. */
  readonly duration: number;
}

/** Values of one service at one time. NaN is a value that does not exist then. */
export interface ServiceSample {
  readonly requests: number;
  readonly latency: number;
  readonly cpu: number;
  readonly memory: number;
}

/** What an injection needs to know of ordinary life: the service's values were its load another one (0 to 1). */
export type AtLoad = (load: number) => ServiceSample;

const SWING = 1 / 8;

/** True while it lasts: from its begin, until before its end. `seconds` are unix seconds. */
export function isUnderWay(injection: Injection, seconds: number): boolean {
  const begin = injection.from.getTime() / 1000;
  return seconds >= begin && seconds < begin + injection.duration / 1000;
}

/**
 * The values while the injection lasts.
 * - point: latency and CPU far outside anything seen before.
 * - contextual: the load of another hour: the busiest one's when it should be quiet, the quietest one's when busy.
 * - collective: CPU swings by an eighth to both sides while requests stay as they were: each value is one that this hour
 *   had too, the shape and the joint behaviour are not.
 * - down: nearly no requests, those few time out; the process is gone from CPU and memory.
 */
export function applyInjection(
  kind: InjectionKind,
  ordinary: ServiceSample,
  load: number,
  floor: number,
  secondsIn: number,
  atLoad: AtLoad,
): ServiceSample {
  switch (kind) {
    case "point":
      return { ...ordinary, latency: ordinary.latency * 6, cpu: ordinary.cpu * 2.5 + 0.5 };
    case "contextual":
      return atLoad(load > (1 + floor) / 2 ? floor * 0.9 : 1);
    case "collective": {
      const isHigh = Math.floor(secondsIn / 60) % 2 === 0;
      return { ...ordinary, cpu: ordinary.cpu * (isHigh ? 1 + SWING : 1 - SWING) };
    }
    case "down":
      return {
        requests: ordinary.requests * 0.02,
        latency: 30,
        cpu: ordinary.cpu * 0.03,
        memory: ordinary.memory * 0.12,
      };
    case "absent":
      return { requests: Number.NaN, latency: Number.NaN, cpu: Number.NaN, memory: Number.NaN };
  }
}
