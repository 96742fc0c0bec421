import type { Anomaly } from "../../alert/anomaly.ts";
import { hourOfWeekIn } from "../../detect/events/local-hour.ts";
import { rangeAtHour } from "../../detect/events/profile.ts";
import type { Frame } from "../../detect/frame.ts";
import { createLive, type Live, type LiveState } from "../../detect/live.ts";
import { findDetector } from "../../detect/registry.ts";
import { loadUnit, type Unit } from "../../detect/unit.ts";
import type { CurrentState, EntityView } from "../../intelligence/current-state.ts";
import type { Store } from "../../store/store.ts";

const STATE_PREFIX = "live:";

/** An entity with its trained unit, scored point by point. */
export interface Watched {
  readonly entity: string;
  readonly service: string;
  readonly unit: Unit;
  readonly live: Live;
  /** Unix seconds of the last point scored; null before the first. */
  lastTime: number | null;
}

/** The entity's active model with the state it was left in; null when it has none, or one that cannot be read any more. */
export async function restoreWatched(
  store: Store,
  entity: string,
  service: string,
  metrics: readonly string[],
  onUnreadable: (reason: string) => void,
): Promise<Watched | null> {
  const [stored] = await store.models.active(entity);
  if (stored === undefined) {
    return null;
  }
  if (stored.metrics.join() !== metrics.join()) {
    onUnreadable("its metrics have changed since the model was trained");
    return null;
  }
  try {
    const unit = await loadUnit(stored.bytes, findDetector);
    return watch(unit, entity, service, (await store.states.get<LiveState>(STATE_PREFIX + entity)) ?? undefined);
  } catch (error) {
    onUnreadable((error as Error).message);
    return null;
  }
}

/** Starts scoring an entity with a unit, from a saved state when there is one. */
export function watch(unit: Unit, entity: string, service: string, state?: LiveState): Watched {
  return { entity, service, unit, live: createLive(unit, { entity, service }, state), lastTime: state?.time ?? null };
}

/** Keeps where scoring stands, so that a restart goes on there. */
export async function saveLiveState(store: Store, watched: Watched): Promise<void> {
  await store.states.put(STATE_PREFIX + watched.entity, watched.live.state());
}

/** Scores the rows of a frame that are new, shows them in the current state, and gives the events that changed. */
export function scoreNewRows(watched: Watched, frame: Frame, current: CurrentState): readonly Anomaly[] {
  const size = frame.metrics.length;
  const updates = new Map<string, Anomaly>();
  const hourOfWeek = hourOfWeekIn(watched.unit.timeZone);
  for (let row = 0; row < frame.rows; row++) {
    const time = frame.times?.[row] as number;
    if (time <= (watched.lastTime ?? Number.NEGATIVE_INFINITY)) {
      continue;
    }
    watched.lastTime = time;
    const values = frame.values.subarray(row * size, (row + 1) * size);
    const point = watched.live.push(time, values);
    if (point.update !== null) {
      updates.set(point.update.id, point.update);
    }
    const at = new Date(time * 1000);
    current.addPoint(watched.entity, {
      at,
      score: point.score,
      metrics: frame.metrics,
      values,
      ...bandAt(watched.unit, hourOfWeek(time)),
    });
    current.setEntity(viewOf(watched, point.state, point.score, point.threshold, point.missing, at));
  }
  return [...updates.values()];
}

function viewOf(
  watched: Watched,
  state: EntityView["state"],
  score: number,
  threshold: number,
  missing: readonly string[],
  at: Date,
): EntityView {
  return {
    entity: watched.entity,
    service: watched.service,
    state,
    note: missing.length === 0 ? null : `no data of ${missing.join(", ")}`,
    score: Number.isFinite(score) ? score : null,
    threshold,
    detector: watched.unit.detector,
    modelVersion: watched.unit.version,
    at,
  };
}

/** What is ordinary of each metric at this hour of the week, or at any hour where history does not tell hours apart. */
function bandAt(unit: Unit, hour: number): { low: number[]; high: number[] } {
  const ranges = unit.profiles.map((profile) => rangeAtHour(profile, hour) ?? profile.overall);
  return {
    low: ranges.map((range) => range?.low ?? Number.NaN),
    high: ranges.map((range) => range?.high ?? Number.NaN),
  };
}
