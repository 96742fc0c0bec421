import type { Anomaly, PastEvent } from "../../alert/anomaly.ts";

/** The events of the past that new ones are compared with. */
export interface PastEvents {
  /** Remembers a closed event; of a service the newest 200 are kept. */
  add(event: Anomaly): void;
  /** The earlier event of the same service that is most alike; null when none is alike. */
  mostAlike(event: Anomaly): PastEvent | null;
}

const KEPT_PER_SERVICE = 200;
const MOST_SERVICES = 5000;
const ALIKE_FROM = 0.6;
const SHAPE_WEIGHT = 0.25;
const OTHER_KIND = 0.85;
const OTHER_ENTITY = 0.95;

/** @returns a memory without any event */
export function createPastEvents(): PastEvents {
  const byService = new Map<string, Anomaly[]>();
  return {
    add(event) {
      const known = byService.get(event.service) ?? [];
      if (!byService.has(event.service) && byService.size >= MOST_SERVICES) {
        return;
      }
      const others = known.filter(({ id }) => id !== event.id);
      byService.set(event.service, [...others, event].slice(-KEPT_PER_SERVICE));
    },
    mostAlike(event) {
      let best: { past: Anomaly; alike: number } | null = null;
      for (const past of byService.get(event.service) ?? []) {
        if (past.id === event.id || past.openedAt >= event.openedAt) {
          continue;
        }
        const alike = likeness(event, past);
        if (alike >= ALIKE_FROM && (best === null || alike >= best.alike)) {
          best = { past, alike };
        }
      }
      return best === null ? null : linkOf(event, best.past, best.alike);
    },
  };
}

/**
 * How alike two events are, 0 to 1: the cosine of what each metric contributed, upwards and downwards apart, with the likeness
 * of the course of their scores; a bit less when kind, class or entity differ.
 */
export function likeness(left: Anomaly, right: Anomaly): number {
  const [a, b] = [profileOf(left), profileOf(right)];
  const length = (profile: ReadonlyMap<string, number>) => Math.hypot(...profile.values());
  const product = [...a].reduce((sum, [metric, share]) => sum + share * (b.get(metric) ?? 0), 0);
  const cosine = product <= 0 ? 0 : product / (length(a) * length(b));
  const shape = shapeLikeness(left.context?.course ?? [], right.context?.course ?? []);
  const both = shape === null ? cosine : (1 - SHAPE_WEIGHT) * cosine + SHAPE_WEIGHT * shape;
  return (
    both *
    (left.kind === right.kind ? 1 : OTHER_KIND) *
    (left.class === right.class ? 1 : OTHER_KIND) *
    (left.entity === right.entity ? 1 : OTHER_ENTITY)
  );
}

/** Shares by metric, negative where the metric was below what was expected. */
function profileOf({ contributions }: Anomaly): ReadonlyMap<string, number> {
  return new Map(
    contributions.map(({ metric, share, seen, expected }) => [
      metric,
      seen !== null && expected !== null && seen < expected ? -share : share,
    ]),
  );
}

const SHAPE_POINTS = 8;

/** 1 less the mean distance of the courses, each as long and as high as the other; null where one is too short to have a shape. */
function shapeLikeness(left: readonly number[], right: readonly number[]): number | null {
  if (left.length < 3 || right.length < 3) {
    return null;
  }
  const [a, b] = [resample(left), resample(right)];
  const distance = a.reduce((sum, value, at) => sum + Math.abs(value - (b[at] as number)), 0) / SHAPE_POINTS;
  return Math.max(1 - distance, 0);
}

function resample(course: readonly number[]): readonly number[] {
  const highest = Math.max(...course, 1e-12);
  return Array.from({ length: SHAPE_POINTS }, (_, at) => {
    const index = Math.round((at * (course.length - 1)) / (SHAPE_POINTS - 1));
    return Math.max(course[index] as number, 0) / highest;
  });
}

function linkOf(event: Anomaly, past: Anomaly, alike: number): PastEvent {
  const shared = event.contributions
    .filter(
      ({ metric, share }) =>
        share >= 0.1 && past.contributions.some((one) => one.metric === metric && one.share >= 0.1),
    )
    .map(({ metric }) => metric)
    .slice(0, 3);
  const what = shared.length === 0 ? "the same metrics moved" : `${shared.join(", ")} moved alike`;
  const where = past.entity === event.entity ? "" : ` in ${past.entity}`;
  const said = past.context?.lowered.some(({ by }) => by === "feedback") ? "; people called it ordinary" : "";
  const { id, entity, openedAt, closedAt } = past;
  return { id, entity, openedAt, closedAt, alike, because: `${what}${where}${said}` };
}

const MOST_COURSE = 16;

/** The course of an event's scores in at most 16 values: the highest of each part. */
export function courseOf(ratios: readonly number[]): readonly number[] {
  const finite = ratios.filter((ratio) => Number.isFinite(ratio));
  if (finite.length <= MOST_COURSE) {
    return finite.map(short);
  }
  return Array.from({ length: MOST_COURSE }, (_, at) => {
    const from = Math.floor((at * finite.length) / MOST_COURSE);
    const to = Math.floor(((at + 1) * finite.length) / MOST_COURSE);
    return short(Math.max(...finite.slice(from, to)));
  });
}

const short = (value: number) => Number(value.toPrecision(3));
