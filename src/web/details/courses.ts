import type { Service } from "../../config/catalogue.ts";
import { type MetricDefinition, serviceMetrics } from "../../config/metrics.ts";
import type { CourseView } from "../detail-views.ts";
import type { CourseRange } from "../sources.ts";
import type { DetailParts } from "./parts.ts";

const MAX_POINTS = 500;
const GRAIN = 15_000;

interface Courses {
  readonly courses: CourseView[];
  /** What is missing and why, for people; null when nothing is. */
  readonly caveat: string | null;
}

/**
 * The courses of a service's metrics with what was expected of them. The newest hours are in memory with their band;
 * for a longer range the values come from the metrics' source, and the band is there as far back as it is known.
 */
export async function coursesOf(
  parts: DetailParts,
  service: Service,
  range: CourseRange,
  from: Date,
  to: Date,
): Promise<Courses> {
  const { current, source } = parts;
  const views = [...current.entitiesOf(service.name)].sort((left, right) => (right.score ?? 0) - (left.score ?? 0));
  const view = views.find(({ entity }) => entity === range.entity) ?? views[0];
  const ring = view === undefined ? null : current.ring(view.entity);
  const definitions = serviceMetrics(service);
  const unitOf = (metric: string) => definitions.find(({ name }) => name === metric)?.unit ?? "";
  const known = (ring?.metrics ?? []).flatMap((metric) => {
    const series = ring?.series(view?.entity ?? service.name, metric, from, to) ?? null;
    return series === null || series.times.length === 0 ? [] : [toCourse(series, unitOf(metric))];
  });
  const oldest = Math.min(...known.map(({ times }) => times[0] ?? Number.POSITIVE_INFINITY)) * 1000;
  const isWhole = oldest <= from.getTime() + 0.05 * (to.getTime() - from.getTime());
  if (isWhole || range.entity !== undefined) {
    return {
      courses: known.map(thin),
      caveat: known.length > 0 ? null : (view?.note ?? "Nothing has been scored yet."),
    };
  }
  const step = Math.max(GRAIN, Math.ceil((to.getTime() - from.getTime()) / MAX_POINTS / GRAIN) * GRAIN);
  const begin = new Date(Math.ceil(from.getTime() / step) * step);
  const ask = async (definition: MetricDefinition): Promise<CourseView> => {
    const [series] = await source.range(definition.query, begin, to, step);
    const band = known.find(({ metric }) => metric === definition.name);
    return withBand(
      definition,
      service.name,
      series ?? { times: new Float64Array(), values: new Float64Array() },
      band,
      step,
    );
  };
  try {
    const courses = await Promise.all(definitions.map(ask));
    return { courses: courses.filter(({ times }) => times.length > 0), caveat: null };
  } catch (error) {
    return { courses: known.map(thin), caveat: `Older values are missing: ${(error as Error).message}` };
  }
}

interface RingSeries {
  readonly entity: string;
  readonly metric: string;
  readonly times: readonly number[];
  readonly values: readonly (number | null)[];
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
}

function toCourse({ entity, metric, times, values, low, high }: RingSeries, unit: string): CourseView {
  const seconds = times.map((time) => time / 1000);
  return { entity, metric, unit, times: seconds, seen: [...values], low: [...low], high: [...high] };
}

function withBand(
  { name, unit }: MetricDefinition,
  entity: string,
  series: { readonly times: Float64Array; readonly values: Float64Array },
  band: CourseView | undefined,
  step: number,
): CourseView {
  const times = [...series.times];
  const pick = (edge: "low" | "high") => {
    let index = 0;
    return times.map((time) => {
      while (band !== undefined && index < band.times.length - 1 && (band.times[index] ?? 0) < time) {
        index += 1;
      }
      const near = band !== undefined && Math.abs((band.times[index] ?? 0) - time) * 1000 <= step;
      return near ? (band[edge][index] ?? null) : null;
    });
  };
  const seen = [...series.values].map((value) => (Number.isFinite(value) ? value : null));
  return { metric: name, unit, entity, times, seen, low: pick("low"), high: pick("high") };
}

/** Every n-th point, so that no more than 500 are drawn. */
function thin(course: CourseView): CourseView {
  const every = Math.ceil(course.times.length / MAX_POINTS);
  const keep = <T>(list: readonly T[]) => list.filter((_, index) => (list.length - 1 - index) % every === 0);
  const { times, seen, low, high } = course;
  return { ...course, times: keep(times), seen: keep(seen), low: keep(low), high: keep(high) };
}
