import type { Anomaly } from "../../src/alert/anomaly.ts";
import type { Detector } from "../../src/detect/detector.ts";
import { createLive } from "../../src/detect/live.ts";
import { trainUnit } from "../../src/detect/unit.ts";
import type { Incident } from "./incidents.ts";

/** What a detector made of an incident. */
export interface Told {
  /** The first event that meets it, as it was at its end; null where there is none. */
  readonly event: Anomaly | null;
  readonly right: {
    readonly kind: boolean;
    readonly class: boolean;
    readonly metric: boolean;
    readonly value: boolean;
  };
  /** Rows from its first row to the first event, from its last to the end of the last, and how long the first was open. */
  readonly delay: number;
  readonly endDelay: number;
  readonly open: number;
  /** Events beyond the first that meet it, and events that do not. */
  readonly splits: number;
  readonly falseEvents: number;
}

/** Rows after an incident in which an event may still begin because of it. */
const AFTER = 3;
const TOLERANCE = 0.05;

/** Trains on the incident's history and scores its day row by row. */
export async function tellIncident(incident: Incident, detector: Detector): Promise<Told> {
  const { history, fresh, from, to } = incident;
  const unit = await trainUnit(detector, history, { seed: 1 });
  const live = createLive(unit, { entity: "das", service: "das" });
  const size = history.metrics.length;
  const events = new Map<string, { event: Anomaly; first: number; last: number }>();
  for (let row = 0; row < fresh.rows; row++) {
    const { update } = live.push(fresh.times?.[row] ?? 0, fresh.values.subarray(row * size, (row + 1) * size));
    if (update !== null) {
      events.set(update.id, { event: update, first: events.get(update.id)?.first ?? row, last: row });
    }
  }
  const meeting = [...events.values()].filter(({ first, last }) => last >= from && first <= to + AFTER);
  const [found] = meeting;
  const worst = found?.event.contributions[0];
  const seen = worst?.seen ?? Number.NaN;
  const [low, high] = incident.value;
  return {
    event: found?.event ?? null,
    right: {
      kind: found?.event.kind === incident.kind,
      class: found?.event.class === incident.class,
      metric: worst?.metric === incident.metric,
      value: seen >= low - TOLERANCE * Math.abs(low) - 1e-9 && seen <= high + TOLERANCE * Math.abs(high) + 1e-9,
    },
    delay: (found?.first ?? Number.NaN) - from,
    endDelay: Math.max((meeting.at(-1)?.last ?? Number.NaN) - to, 0),
    open: (found?.last ?? Number.NaN) - (found?.first ?? Number.NaN),
    splits: Math.max(meeting.length - 1, 0),
    falseEvents: events.size - meeting.length,
  };
}
