import type { Anomaly } from "../alert/anomaly.ts";
import type { AlertGroup } from "../alert/group.ts";
import type { Silence } from "../alert/silence.ts";
import type { Ticket } from "../alert/ticket.ts";
import { createRing, type MetricRing } from "./metric-ring.ts";
import type { ScoredPoint, SourceHealth } from "./status-types.ts";
import { createTracked, type Tracked } from "./tracked.ts";

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
export function createCurrentState(cycle: number): CurrentState {
  const maxAge = Math.max(3 * cycle, MINUTE);
  const views = new Map<string, EntityView>();
  const rings = new Map<string, MetricRing>();
  const health = new Map<string, SourceHealth>();
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
    sources: () => [...health.values()],
    setSource: (one) => {
      health.set(one.name, one);
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
