import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { parseJson } from "../../alert/json.ts";
import { UserError } from "../../alert/user-error.ts";
import { FLEET_GATE } from "../../detect/fleet/fleet.ts";
import { createLive } from "../../detect/live.ts";
import { NotEnoughHistory } from "../../detect/not-enough-history.ts";
import { findDetector } from "../../detect/registry.ts";
import { DEFAULT_GATE } from "../../detect/threshold/gate.ts";
import { trainUnit } from "../../detect/unit.ts";
import { filesIn } from "../../files/pairs.ts";
import { type CulpritScores, culpritScores, type Fault, faultEvents, type ScoredEntity } from "../measures/culprits.ts";
import { alertsAt, CURVE_FACTORS, type Distance } from "../measures/curve.ts";
import { type EntityFile, type EntityFolder, readEntities, scoreSideBySide } from "../score/entity-files.ts";
import type { CurveRow, Progress } from "./detector.ts";
import { createEwma } from "./ewma.ts";

/** A detector's figures on entities under injected faults. */
export interface FaultRow extends CulpritScores {
  readonly detector: string;
  readonly entities: number;
  readonly curve: readonly CurveRow[];
}

/** An entity as it was scored, and how far over its threshold it was. */
interface Scored extends ScoredEntity {
  readonly distances: readonly Distance[];
}

const EWMA = "ewma";

/** A fault shows within minutes; what it leaves behind is not called false for as long again. */
const RULE = { looked: 300, excused: 600 };
/** Ordinary rows for detectors that need history: those later than this after the last fault. */
const SETTLED = 3600;

/**
 * `default` scores entities side by side as `cmswatch score --entities` does, learning as it goes. Every other detector is fitted to
 * each entity's rows from an hour after the last fault on: they come later than the faults, which favours it.
 * @throws UserError without faults.json
 */
export async function evaluateFaults(
  names: readonly string[],
  folder: string,
  seed: number,
  progress: Progress,
): Promise<readonly FaultRow[]> {
  const faults = await readFaults(join(folder, "faults.json"));
  const read = await readEntities(await filesIn(folder), folder);
  const last = Math.max(...faults.map(({ time }) => time)) + SETTLED;
  const rows: FaultRow[] = [];
  for (const name of [...new Set([...names, "pca", EWMA])]) {
    progress(`${name}: ${read.entities.length} entities, ${faults.length} faults`);
    const scored = await scoredBy(name, read, last, seed);
    const figures = culpritScores(faults, scored, RULE);
    rows.push({ detector: name, entities: scored.length, ...figures, curve: curveOf(name, faults, scored) });
  }
  return rows;
}

function scoredBy(name: string, read: EntityFolder, last: number, seed: number) {
  if (name === EWMA) {
    return floor(read);
  }
  return name === "default" ? sideBySide(read) : eachAlone(name, read, last, seed);
}

const gateOf = (name: string) => (name === "default" || name === EWMA ? FLEET_GATE : DEFAULT_GATE);

function curveOf(name: string, faults: readonly Fault[], scored: readonly Scored[]): readonly CurveRow[] {
  return CURVE_FACTORS.map((factor) => {
    const entities = scored.map((entity) => ({
      name: entity.name,
      times: entity.times,
      alerts: alertsAt(entity.distances, factor, gateOf(name)),
    }));
    const { found, falsePerDay } = faultEvents(faults, entities, RULE);
    return { factor, begun: found / Math.max(faults.length, 1), falsePerDay };
  });
}

/** Each entity's distance from its own running mean. */
function floor(read: EntityFolder): readonly Scored[] {
  return read.entities.map((entity) => {
    const ewma = createEwma(entity.series.metrics.length);
    const answers = entity.rows.map(({ values }) => ewma.push(values));
    const distances = answers.map(({ ratio }) => ({ ratio, present: ratio }));
    return {
      name: nameOf(entity),
      times: entity.rows.map(({ time }) => time),
      scores: answers.map(({ score }) => score),
      alerts: alertsAt(distances, 1, FLEET_GATE),
      distances,
    };
  });
}

function sideBySide(read: EntityFolder): readonly Scored[] {
  const found = read.entities.map((entity) => ({
    name: nameOf(entity),
    times: [] as number[],
    scores: [] as number[],
    alerts: [] as number[],
    distances: [] as Distance[],
  }));
  for (const [entity, row, { score, alert, ratio, present }] of scoreSideBySide(read)) {
    const target = found[entity];
    target?.times.push(row.time);
    target?.scores.push(score);
    target?.alerts.push(alert ? 1 : 0);
    target?.distances.push({ ratio, present });
  }
  return found;
}

async function eachAlone(name: string, read: EntityFolder, from: number, seed: number): Promise<readonly Scored[]> {
  const detector = await findDetector(name);
  const scored: Scored[] = [];
  for (const entity of read.entities) {
    const { series, rows } = entity;
    const later = rows.filter(({ time }) => time >= from);
    const history = {
      metrics: series.metrics,
      rows: later.length,
      values: Float64Array.from(later.flatMap(({ values }) => Array.from(values))),
      times: Float64Array.from(later, ({ time }) => time),
    };
    try {
      const unit = await trainUnit(detector, history, { seed });
      const live = createLive(unit, { entity: nameOf(entity), service: nameOf(entity) });
      const points = rows
        .map(({ time, values }) => live.push(time, values))
        .map(({ score, state, ratio, present }) => ({ score, state, ratio, present }));
      unit.model.dispose();
      scored.push({
        name: nameOf(entity),
        times: rows.map(({ time }) => time),
        scores: points.map(({ score }) => score),
        alerts: points.map(({ state }) => (state === "anomalous" ? 1 : 0)),
        distances: points.map(({ ratio, present }) => ({ ratio, present })),
      });
    } catch (error) {
      if (!(error instanceof NotEnoughHistory)) {
        throw error;
      }
      scored.push({ name: nameOf(entity), times: [], scores: [], alerts: [], distances: [] });
    }
  }
  return scored;
}

/** The pod's name, as faults name it. */
function nameOf({ path }: EntityFile): string {
  return basename(path).replace(/(_metrics?)?\.csv(\.gz)?$/, "");
}

async function readFaults(path: string): Promise<readonly Fault[]> {
  const { z } = await import("zod");
  const text = await readFile(path, "utf8").catch(() => {
    throw new UserError("no such file", path, "name a folder with faults.json and one CSV file per pod");
  });
  const fault = z.object({ inject_time: z.string(), inject_pod: z.string(), inject_type: z.string() });
  const parsed = z.record(z.string(), z.array(fault)).safeParse(parseJson(text));
  if (!parsed.success) {
    throw new UserError(z.prettifyError(parsed.error), path, "give {hour: [{inject_time, inject_pod, inject_type}]}");
  }
  return Object.values(parsed.data)
    .flat()
    .map((one) => ({
      time: Date.parse(`${one.inject_time.replace(" ", "T")}Z`) / 1000,
      entity: one.inject_pod,
      type: one.inject_type,
    }));
}
