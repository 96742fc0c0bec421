import type { LivePoint } from "../../detect/live.ts";
import type { CurrentState, EntityView } from "../../status/current-state.ts";
import { bandsOf, type PointListener, type Watched } from "../life/watched.ts";

/** An entity that has no model yet, as people see it. */
export function learningView(one: Pick<EntityView, "entity" | "service" | "detector" | "note">): EntityView {
  return { ...one, state: "learning", score: null, threshold: null, modelVersion: null, at: null };
}

/**
 * Shows each point in the current state.
 * @param forgiven a sentence where the entity's open event is one that people said is ordinary, else null
 */
export function showPoints(current: CurrentState, forgiven: (entity: string) => string | null): PointListener {
  const bands = new WeakMap<Watched, ReturnType<typeof bandsOf>>();
  return (watched, point, values) => {
    const band = bands.get(watched) ?? bandsOf(watched.unit);
    bands.set(watched, band);
    const at = new Date(point.time * 1000);
    const { metrics } = watched.unit;
    current.addPoint(watched.entity, { at, score: point.score, metrics, values, ...band(point.time) });
    current.setEntity(viewOf(watched, point, forgiven(watched.entity)));
  };
}

function viewOf({ entity, service, unit }: Watched, point: LivePoint, forgiven: string | null): EntityView {
  const missing = point.missing.length === 0 ? null : `no data of ${point.missing.join(", ")}`;
  const isForgiven = point.state === "anomalous" && forgiven !== null;
  return {
    entity,
    service,
    state: isForgiven ? "ok" : point.state,
    note: isForgiven ? forgiven : missing,
    score: Number.isFinite(point.score) ? point.score : null,
    threshold: point.threshold,
    detector: unit.detector,
    modelVersion: unit.version,
    at: new Date(point.time * 1000),
  };
}
