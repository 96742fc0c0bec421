import { UserError } from "../../alert/user-error.ts";
import { type ReplayedEntity, replayEntity, replayFleet, splitAt } from "../../anomalies/life/backtest.ts";
import { FLEET_ROUND } from "../../anomalies/life/fleet-choice.ts";
import { createFleetWatch } from "../../anomalies/life/fleet-watch.ts";
import { fetchFrames } from "../../anomalies/life/frames.ts";
import { rowsWithValues, teachingHistory } from "../../anomalies/life/history.ts";
import type { Catalogue } from "../../config/catalogue.ts";
import { type EntitySpec, trainingOptions } from "../../config/entities.ts";
import type { Config } from "../../config/schema.ts";
import { hourOfWeekIn } from "../../detect/events/local-hour.ts";
import { fitProfiles } from "../../detect/events/profile.ts";
import type { Frame } from "../../detect/frame.ts";
import type { MetricSource } from "../../prometheus/source.ts";
import type { UnitTrainer } from "../../training/unit-trainer.ts";
import type { EvaluationContext } from "../context.ts";
import type { BacktestMemory } from "./memory.ts";

/** What one entity learns from, and what it is tried on. */
export interface Tried {
  readonly entity: string;
  readonly service: string;
  readonly history: Frame;
  readonly stretch: Frame;
}

/** What a configuration is tried with. */
export interface Setup {
  readonly config: Config;
  readonly catalogue: Catalogue;
  readonly detectors: readonly string[];
  readonly trainer: UnitTrainer;
  readonly memory: BacktestMemory;
  readonly context: EvaluationContext;
}

const yieldToEventLoop = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Where metrics come from, and which: `begin` to `from` teaches, `from` to `to` is tried. */
export interface Range {
  readonly source: MetricSource;
  readonly begin: Date;
  readonly from: Date;
  readonly to: Date;
  readonly signal: AbortSignal;
}

/** The entities of a query, each with a unit of its own. */
export async function replayIndividually(
  spec: EntitySpec,
  { source, begin, from, to, signal }: Range,
  detector: string,
  setup: Setup,
  notes: string[],
): Promise<readonly ReplayedEntity[]> {
  const { step } = setup.config.prometheus;
  const needed = Math.ceil(setup.config.detect.train.minimum / step);
  const replayed: ReplayedEntity[] = [];
  for (const [entity, frame] of await fetchFrames(source, spec, begin, to, step, signal)) {
    const { before, after } = splitAt(frame, from.getTime() / 1000);
    const tried = { entity, service: spec.service, history: before, stretch: after };
    await tryEntity(tried, detector, needed, setup, replayed, notes);
  }
  return replayed;
}

/** The entities of a query, scored side by side. */
export async function tryFleet(spec: EntitySpec, { source, begin, from, to, signal }: Range, config: Config) {
  const step = Math.max(config.prometheus.step, FLEET_ROUND);
  const frames = await fetchFrames(source, spec, begin, to, step, signal);
  const metrics = spec.metrics.map(({ name }) => name);
  const hourOfWeek = hourOfWeekIn(config.detect.timezone);
  const watch = createFleetWatch({ service: spec.service, metrics, hourOfWeek });
  for (const [entity, frame] of frames) {
    const { before } = splitAt(frame, from.getTime() / 1000);
    watch.setProfiles(entity, fitProfiles(before, config.detect.timezone));
  }
  return replayFleet(watch, spec.service, frames, from.getTime() / 1000, yieldToEventLoop);
}

/** Trains an entity's unit and scores the range with it; where that cannot be, a note says why. */
export async function tryEntity(
  tried: Tried,
  detector: string,
  needed: number,
  { config, trainer, memory }: Setup,
  replayed: ReplayedEntity[],
  notes: string[],
): Promise<void> {
  const { entity, service, history, stretch } = tried;
  const moment = (row: number, { times }: Frame) => new Date((times?.[row] ?? 0) * 1000);
  const known = await memory.stretches(entity, moment(0, history), moment(0, stretch));
  const { frame } = teachingHistory(history, known.events, known.ordinary);
  if (frame.rows < needed || rowsWithValues(stretch) === 0) {
    const why = frame.rows < needed ? `${frame.rows} points of history, ${needed} are needed` : "no data in the range";
    notes.push(`${entity} is left out: ${why}`);
    return;
  }
  const job = { entity, detector, frame, options: trainingOptions(config.detect) };
  try {
    const { unit } = await trainer.train(job, () => {}, new AbortController().signal);
    replayed.push(await replayEntity(unit, { entity, service }, history, stretch, yieldToEventLoop));
    unit.model.dispose();
  } catch (error) {
    if (!(error instanceof UserError)) {
      throw error;
    }
    notes.push(`${entity} is left out: ${error.message}`);
  }
}
