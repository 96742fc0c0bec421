import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { parseJson } from "../../alert/json.ts";
import { UserError } from "../../alert/user-error.ts";
import { createLive } from "../../detect/live.ts";
import { NotEnoughHistory } from "../../detect/not-enough-history.ts";
import { findDetector } from "../../detect/registry.ts";
import { trainUnit } from "../../detect/unit.ts";
import { filesIn } from "../../files/pairs.ts";
import { type CulpritScores, culpritScores, type Fault, type ScoredEntity } from "../measures/culprits.ts";
import { type EntityFile, type EntityFolder, readEntities, scoreSideBySide } from "../score/entity-files.ts";
import type { Progress } from "./detector.ts";

/** A detector's figures on entities under injected faults. */
export interface FaultRow extends CulpritScores {
  readonly detector: string;
  readonly entities: number;
}

/** A fault shows within minutes; what it leaves behind is not called false for a quarter of an hour. */
const RULE = { looked: 300, excused: 900 };
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
  for (const name of names) {
    progress(`${name}: ${read.entities.length} entities, ${faults.length} faults`);
    const scored = name === "default" ? sideBySide(read) : await eachAlone(name, read, last, seed);
    rows.push({ detector: name, entities: scored.length, ...culpritScores(faults, scored, RULE) });
  }
  return rows;
}

function sideBySide(read: EntityFolder): readonly ScoredEntity[] {
  const found = read.entities.map((entity) => ({
    name: nameOf(entity),
    times: [] as number[],
    scores: [] as number[],
    alerts: [] as number[],
  }));
  for (const [entity, row, { score, alert }] of scoreSideBySide(read)) {
    const target = found[entity];
    target?.times.push(row.time);
    target?.scores.push(score);
    target?.alerts.push(alert ? 1 : 0);
  }
  return found;
}

async function eachAlone(
  name: string,
  read: EntityFolder,
  from: number,
  seed: number,
): Promise<readonly ScoredEntity[]> {
  const detector = await findDetector(name);
  const scored: ScoredEntity[] = [];
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
        .map(({ score, state }) => ({ score, state }));
      unit.model.dispose();
      scored.push({
        name: nameOf(entity),
        times: rows.map(({ time }) => time),
        scores: points.map(({ score }) => score),
        alerts: points.map(({ state }) => (state === "anomalous" ? 1 : 0)),
      });
    } catch (error) {
      if (!(error instanceof NotEnoughHistory)) {
        throw error;
      }
      scored.push({ name: nameOf(entity), times: [], scores: [], alerts: [] });
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
