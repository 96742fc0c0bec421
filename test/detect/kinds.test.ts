import { describe, expect, it } from "vitest";
import type { Anomaly } from "../../src/alert/anomaly.ts";
import type { Frame } from "../../src/detect/frame.ts";
import { createLive } from "../../src/detect/live.ts";
import { defaultDetector } from "../../src/detect/models/default.ts";
import { trainUnit } from "../../src/detect/unit.ts";
import { rowOf, synthetic } from "./synthetic.ts";

const DAY = 288;
const HISTORY_DAYS = 7;
const METRICS = ["request_rate", "cpu", "http_401_rate"];
/** A day's course of requests that CPU follows; refused logins are few. */
const ordinary = (row: number, metric: number, noise: () => number) => {
  const load = 100 + 80 * Math.sin((2 * Math.PI * row) / DAY);
  return [load + 2 * noise(), 0.2 + load / 400 + 0.01 * noise(), 1 + 0.2 * noise()][metric] ?? 0;
};
const start = 1_767_225_600;
const history = synthetic(HISTORY_DAYS * DAY, METRICS, ordinary, { start });

async function firstEvent(
  change: (row: number, metric: number, value: number) => number,
): Promise<Anomaly | undefined> {
  const unit = await trainUnit(defaultDetector, history, { seed: 1 });
  const live = createLive(unit, { entity: "das", service: "das" });
  const offset = HISTORY_DAYS * DAY;
  const fresh: Frame = synthetic(
    DAY,
    METRICS,
    (row, metric, noise) => change(row, metric, ordinary(row + offset, metric, noise)),
    { seed: 2, start: start + offset * 300 },
  );
  const updates: Anomaly[] = [];
  for (let row = 0; row < DAY; row++) {
    const { update } = live.push(fresh.times?.[row] ?? 0, rowOf(fresh, row));
    if (update !== null) {
      updates.push(update);
    }
  }
  const first = updates[0];
  return updates.filter(({ id }) => id === first?.id).at(-1);
}

describe("kinds and classes of events", () => {
  it("finds nothing in an ordinary day", async () => {
    expect(await firstEvent((_row, _metric, value) => value)).toBeUndefined();
  });

  it("calls a value outside all of history a point anomaly, and refused logins a matter of security", async () => {
    const event = await firstEvent((row, metric, value) => (metric === 2 && row >= 100 && row < 110 ? 30 : value));
    expect(event).toMatchObject({ kind: "point", class: "security" });
    expect(event?.evidence.join(" ")).toContain("http_401_rate");
  });

  it("calls the afternoon's load at night contextual", async () => {
    const event = await firstEvent((row, metric, value) => {
      const night = row >= 210 && row < 222;
      return night && metric < 2 ? ([180, 0.65][metric] ?? value) : value;
    });
    expect(event?.kind).toBe("contextual");
    expect(event?.evidence[0]).toMatch(/ordinary at other times/);
  });

  it("calls CPU that no longer follows requests collective", async () => {
    const event = await firstEvent((row, metric, value) =>
      row >= 100 && row < 130 ? value + ([12, -0.04, 0][metric] ?? 0) : value,
    );
    expect(event?.kind).toBe("collective");
    expect(event?.evidence[0]).toContain("within its usual range");
  });

  it("calls a working day's load on a Saturday contextual, in people's time zone", async () => {
    const weekly = (from: number) => (row: number, metric: number, noise: () => number) => {
      const days = (row * 600 + from - monday) / 86_400;
      const load = days % 7 < 5 ? 60 - 40 * Math.cos(2 * Math.PI * days) : 20;
      return [load + 2 * noise(), 0.2 + load / 400 + 0.01 * noise()][metric] ?? 0;
    };
    const monday = Date.UTC(2026, 0, 5) / 1000;
    const metrics = METRICS.slice(0, 2);
    const weeks = synthetic(28 * 144, metrics, weekly(monday), { start: monday, step: 600 });
    const unit = await trainUnit(defaultDetector, weeks, { seed: 1, timeZone: "Europe/Zurich" });
    const live = createLive(unit, { entity: "das", service: "das" });
    const after = monday + 28 * 86_400;
    const next = synthetic(7 * 144, metrics, weekly(after), { seed: 2, start: after, step: 600 });
    const events = new Map<string, Anomaly>();
    for (let row = 0; row < next.rows; row++) {
      const saturday = row >= 5 * 144 + 60 && row < 5 * 144 + 72;
      const { update } = live.push(next.times?.[row] ?? 0, saturday ? [100, 0.45] : rowOf(next, row));
      if (update !== null) {
        events.set(update.id, update);
      }
    }
    const found = [...events.values()];
    expect(found).toHaveLength(1);
    expect(found[0]?.kind).toBe("contextual");
    expect(found[0]?.evidence[0]).toContain("around Sat 11:00");
  });
});
