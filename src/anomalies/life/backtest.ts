import type { Anomaly } from "../../alert/anomaly.ts";
import type { Frame } from "../../detect/frame.ts";
import type { Unit } from "../../detect/unit.ts";
import { roundsOf } from "./fleet-choice.ts";
import type { FleetWatch } from "./fleet-watch.ts";
import { sliceRows } from "./history.ts";
import { scoreNewRows, warmUp } from "./watched.ts";

/** What an entity would have given in a stretch of time. */
export interface ReplayedEntity {
  readonly entity: string;
  readonly service: string;
  /** Points of the stretch, those with a value, and those in alert. */
  readonly points: number;
  readonly scored: number;
  readonly inAlert: number;
  /** Each event as it went on: as it was first told of, where it grew, and as it was last known. */
  readonly events: readonly (readonly Anomaly[])[];
}

const CHUNK_ROWS = 500;
const FLEET_CHUNK = 20;
/** An update is kept where the peak has grown by this factor; of one event at most so many. */
const GROWN = 1.1;
const MOST_UPDATES = 20;

/** Events as they go on, in bounded memory. */
function createCourses() {
  const courses = new Map<string, Anomaly[]>();
  return {
    note(update: Anomaly | null): void {
      if (update === null) {
        return;
      }
      const course = courses.get(update.id) ?? [];
      courses.set(update.id, course);
      const before = course.at(-2);
      const isGrowth = before === undefined || (course.at(-1)?.peakScore ?? 0) >= GROWN * before.peakScore;
      // The newest stands at the end; it stays there as the next one comes only when it is worth it.
      if (course.length > 1 && (!isGrowth || course.length >= MOST_UPDATES)) {
        course.pop();
      }
      course.push(update);
    },
    all: (): readonly (readonly Anomaly[])[] => [...courses.values()],
  };
}

/**
 * Scores a past stretch of an entity the way the service does: a unit that learnt from what came before, warmed up by its end,
 * fed chunk after chunk.
 * @param history rows before the stretch · @param yieldToEventLoop lets others run; awaited between chunks
 */
export async function replayEntity(
  unit: Unit,
  who: { readonly entity: string; readonly service: string },
  history: Frame,
  stretch: Frame,
  yieldToEventLoop: () => Promise<void>,
): Promise<ReplayedEntity> {
  const watched = warmUp(unit, who.entity, who.service, history);
  const events = createCourses();
  let scored = 0;
  let inAlert = 0;
  for (let row = 0; row < stretch.rows; row += CHUNK_ROWS) {
    const chunk = sliceRows(stretch, row, Math.min(row + CHUNK_ROWS, stretch.rows));
    scoreNewRows(watched, chunk, (_, point) => {
      scored += point.missing.length < unit.metrics.length ? 1 : 0;
      inAlert += point.state === "anomalous" ? 1 : 0;
      events.note(point.update);
    });
    await yieldToEventLoop();
  }
  return { ...who, points: stretch.rows, scored, inAlert, events: events.all() };
}

/**
 * Scores a past stretch of a query's entities side by side, as the service does: what came before it teaches.
 * @param frames per entity history and stretch, on one grid · @param from Unix seconds: begin of the stretch
 */
export async function replayFleet(
  watch: FleetWatch,
  service: string,
  frames: ReadonlyMap<string, Frame>,
  from: number,
  yieldToEventLoop: () => Promise<void>,
): Promise<readonly ReplayedEntity[]> {
  const found = new Map<string, { points: number; inAlert: number; events: ReturnType<typeof createCourses> }>();
  let rows = 0;
  for (const [time, values] of roundsOf(frames)) {
    rows++;
    if (rows % FLEET_CHUNK === 0) {
      await yieldToEventLoop();
    }
    if (time < from) {
      watch.teach(time, values);
      continue;
    }
    for (const { entity, state, update } of watch.push(time, values)) {
      const one = found.get(entity) ?? { points: 0, inAlert: 0, events: createCourses() };
      found.set(entity, one);
      one.points++;
      one.inAlert += state === "anomalous" ? 1 : 0;
      one.events.note(update);
    }
  }
  return [...found].map(([entity, { points, inAlert, events }]) => ({
    entity,
    service,
    points,
    scored: points,
    inAlert,
    events: events.all(),
  }));
}

/** A frame in two at a time, Unix seconds: rows before it, and rows from it on. */
export function splitAt(frame: Frame, time: number): { readonly before: Frame; readonly after: Frame } {
  const found = frame.times?.subarray(0, frame.rows).findIndex((at) => at >= time) ?? -1;
  const row = found < 0 ? frame.rows : found;
  return { before: sliceRows(frame, 0, row), after: sliceRows(frame, row) };
}
