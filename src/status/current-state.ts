import type { Anomaly } from "../alert/anomaly.ts";
import { type Clock, steadyTime, systemClock } from "../alert/clock.ts";
import { formatDuration } from "../alert/duration.ts";
import type { AlertGroup } from "../alert/group.ts";
import type { Silence } from "../alert/silence.ts";
import type { Ticket } from "../alert/ticket.ts";
import type { MetricSeries, Part, ScoredPoint, SourceHealth } from "./status-types.ts";

const MINUTE = 60_000;
const RING_POINTS = 720;
const MAX_ENTITIES = 20_000;

/** What is known of one scored entity just now. */
export interface EntityView {
  readonly entity: string;
  readonly service: string;
  readonly state: "ok" | "anomalous" | "learning" | "missing";
  /** What a person should know about the state: how long it still learns, since when nothing came. */
  readonly note: string | null;
  /** Calibrated score of the newest point (−log10 probability) and the threshold it is held against. */
  readonly score: number | null;
  readonly threshold: number | null;
  readonly detector: string | null;
  readonly modelVersion: string | null;
  /** Time of the newest point. */
  readonly at: Date | null;
}

/**
 * What is going on just now, in memory: the loops write it, everything that answers people reads it, so an answer waits
 * for nobody. All of it is bounded and can be made again from the store and the sources.
 */
export interface CurrentState {
  readonly groups: Tracked<readonly AlertGroup[]>;
  readonly silences: Tracked<readonly Silence[]>;
  readonly anomalies: Tracked<readonly Anomaly[]>;
  readonly tickets: Tracked<readonly Ticket[]>;
  /** Alerts each silence hides now, by silence id. */
  readonly hidden: Map<string, number>;
  entities(): readonly EntityView[];
  entitiesOf(service: string): readonly EntityView[];
  setEntity(view: EntityView): void;
  /** Forgets an entity that is gone, with its points. */
  removeEntity(entity: string): void;
  addPoint(entity: string, point: ScoredPoint): void;
  ring(entity: string): MetricRing | null;
  sources(): readonly SourceHealth[];
  setSource(health: SourceHealth): void;
  /** Tells when something changed, at most once a listener and tick of the loop that changed it. */
  subscribe(listener: () => void): () => void;
  changed(): void;
}

/** @param cycle milliseconds between two runs of the slowest loop that refreshes alerts; three missed ones are stale */
export function createCurrentState(cycle: number, clock: Clock = systemClock): CurrentState {
  const maxAge = Math.max(3 * cycle, MINUTE);
  const views = new Map<string, EntityView>();
  const rings = new Map<string, MetricRing>();
  const health = new Map<string, { readonly said: SourceHealth; readonly at: number }>();
  const listeners = new Set<() => void>();
  return {
    groups: createTracked(maxAge, "the first look at Alertmanager has not finished yet"),
    silences: createTracked(maxAge, "the first look at Alertmanager has not finished yet"),
    anomalies: createTracked(maxAge, "no metric has been scored yet"),
    tickets: createTracked(30 * MINUTE, "no ticket system is configured, or none has answered yet"),
    hidden: new Map(),
    entities: () => [...views.values()],
    entitiesOf: (service) => [...views.values()].filter((view) => view.service === service),
    setEntity(view) {
      if (views.has(view.entity) || views.size < MAX_ENTITIES) {
        views.set(view.entity, view);
      }
    },
    removeEntity(entity) {
      views.delete(entity);
      rings.delete(entity);
    },
    addPoint(entity, point) {
      let ring = rings.get(entity);
      if (ring === undefined || ring.metrics.join() !== point.metrics.join()) {
        ring = createRing(point.metrics, RING_POINTS);
        rings.set(entity, ring);
      }
      ring.add(point);
    },
    ring: (entity) => rings.get(entity) ?? null,
    sources: () => [...health.values()].map(({ said, at }) => judged(said, steadyTime(clock) - at)),
    setSource: (one) => {
      health.set(one.name, { said: one, at: steadyTime(clock) });
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    changed() {
      for (const listener of listeners) {
        listener();
      }
    },
  };
}

/** The newest points of one entity's metrics, with the band that was expected of each. */
export interface MetricRing {
  readonly metrics: readonly string[];
  add(point: ScoredPoint): void;
  /** Scores of the newest points with their times (Unix milliseconds), oldest first, at most `count`. */
  scores(count: number): readonly { readonly at: number; readonly score: number }[];
  /** One metric between two times; null when the metric is not one of the entity's. */
  series(entity: string, metric: string, from: Date, to: Date): Omit<MetricSeries, "anomalous" | "unit"> | null;
}

interface Kept {
  readonly at: number;
  readonly score: number;
  readonly values: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** @param capacity points kept; older ones fall out */
export function createRing(metrics: readonly string[], capacity: number): MetricRing {
  const kept: Kept[] = [];
  return {
    metrics,
    add(point) {
      kept.push({
        at: point.at.getTime(),
        score: point.score,
        values: Array.from(point.values),
        low: Array.from(point.low),
        high: Array.from(point.high),
      });
      if (kept.length > capacity) {
        kept.shift();
      }
    },
    scores: (count) => kept.slice(-count).map(({ at, score }) => ({ at, score })),
    series(entity, metric, from, to) {
      const index = metrics.indexOf(metric);
      if (index < 0) {
        return null;
      }
      const inside = kept.filter(({ at }) => at >= from.getTime() && at <= to.getTime());
      const column = (pick: (point: Kept) => readonly number[]) => inside.map((point) => finite(pick(point)[index]));
      return {
        entity,
        metric,
        times: inside.map(({ at }) => at),
        values: column(({ values }) => values),
        low: column(({ low }) => low),
        high: column(({ high }) => high),
      };
    },
  };
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}

/**
 * The last good value of a source with its time, and the last failure if that was later: what people are told is never
 * an empty list because a source was down.
 */
export interface Tracked<T> {
  set(value: T, at: Date): void;
  fail(because: string, at: Date): void;
  /** The value whatever its age, or null before the first one. */
  last(): T | null;
  /** The value with its age: fresh, stale (older than the limit or the last try failed), or missing. */
  part(now: Date): Part<T>;
}

/** @param maxAge milliseconds after which a value that was not renewed is stale · @param waiting said before the first value */
export function createTracked<T>(maxAge: number, waiting: string): Tracked<T> {
  let held: { value: T; at: Date } | null = null;
  let failure: string | null = null;
  return {
    set(value, at) {
      held = { value, at };
      failure = null;
    },
    fail(because) {
      failure = because;
    },
    last: () => held?.value ?? null,
    part(now) {
      if (held === null) {
        return { kind: "missing", because: failure ?? waiting };
      }
      if (failure !== null) {
        return { kind: "stale", ...held, because: failure };
      }
      const late = now.getTime() - held.at.getTime() > maxAge;
      return late ? { kind: "stale", ...held, because: "nothing new has come since" } : { kind: "fresh", ...held };
    },
  };
}

const GRACE = 30_000;

/** As it said itself, unless it has said nothing for clearly longer than its interval: it hangs, and what it said is no news. */
function judged(said: SourceHealth, silentFor: number): SourceHealth {
  return said.every === undefined || said.state === "off" || silentFor <= 2 * said.every + GRACE
    ? said
    : {
        ...said,
        state: said.state === "ok" ? "stale" : said.state,
        because: `late: no answer for ${formatDuration(coarse(silentFor))}`,
      };
}

function coarse(milliseconds: number): number {
  return Math.round(milliseconds / 1000) * 1000;
}
