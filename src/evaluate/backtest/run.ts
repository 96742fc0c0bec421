import { setMaxListeners } from "node:events";
import { formatDuration, parseDuration } from "../../alert/duration.ts";
import { UserError } from "../../alert/user-error.ts";
import type { ReplayedEntity } from "../../anomalies/life/backtest.ts";
import { isFleet, unitDetector } from "../../anomalies/life/fleet-choice.ts";
import { noiseOf } from "../../anomalies/life/noise.ts";
import { splitServices } from "../../anomalies/life/roll-up.ts";
import { loadCatalogue } from "../../config/catalogue.ts";
import { type EntitySpec, entitySpecs } from "../../config/entities.ts";
import { loadConfig } from "../../config/load.ts";
import type { Config } from "../../config/schema.ts";
import { readMoment } from "../../files/moment.ts";
import { MetricSourceError } from "../../prometheus/source.ts";
import { createTrainer } from "../../training/trainer.ts";
import { createUnitTrainer } from "../../training/unit-trainer.ts";
import type { EvaluationContext } from "../context.ts";
import { changesOf, pastAlerts, toldOf } from "./alerts.ts";
import { replayIndividually, type Setup, tryEntity, tryFleet } from "./entities.ts";
import { openMemory } from "./memory.ts";
import type { BacktestOptions, BacktestReport } from "./report.ts";
import { framesFromFiles, openSource } from "./source.ts";

const DAY = 86_400_000;
/** Queries and their tries may wait for one signal. */
const MOST_WAITING = 1000;

/**
 * Trains every entity on what came before the range and scores the range as the service would.
 * @throws UserError for options that do not fit, a source that does not answer, or nothing to score
 */
export async function backtest(options: BacktestOptions, context: EvaluationContext): Promise<BacktestReport> {
  const config = loadConfig(options.config ?? null, context.environment);
  const catalogue = loadCatalogue(config.services ?? null);
  const detectors = options.detector === undefined ? config.detect.detectors : [options.detector];
  const memory = await openMemory({ config, catalogue, context });
  const trainer = createTrainer({
    backend: config.detect.backend,
    log: (message, fields) => context.log.info(fields, message),
  });
  const setup: Setup = { config, catalogue, detectors, trainer: createUnitTrainer(trainer), memory, context };
  try {
    const fromFiles = options.pairs !== undefined || options.train !== undefined || options.test !== undefined;
    return await (fromFiles ? overFiles(options, setup) : overRange(options, setup));
  } finally {
    await trainer.stop();
    await memory.close();
  }
}

async function overFiles(options: BacktestOptions, setup: Setup): Promise<BacktestReport> {
  const replayed: ReplayedEntity[] = [];
  const notes: string[] = [];
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let days = 0;
  for await (const tried of framesFromFiles(options)) {
    const { times, rows } = tried.stretch;
    first = Math.min(first, times?.[0] ?? 0);
    last = Math.max(last, times?.[rows - 1] ?? 0);
    days = Math.max(days, ((times?.[rows - 1] ?? 0) - (times?.[0] ?? 0)) / 86_400);
    await tryEntity(tried, unitDetector([{ name: tried.entity, by: [] }], setup.detectors), 0, setup, replayed, notes);
  }
  const span = { from: new Date(first * 1000), to: new Date(last * 1000), days };
  const specs = replayed.map(({ service }) => ({ service, by: [] }));
  return reportOf(options.pairs ?? options.test ?? "", span, replayed, { notes, specs }, setup);
}

async function overRange(options: BacktestOptions, setup: Setup): Promise<BacktestReport> {
  const { config, catalogue, context } = setup;
  if (options.from === undefined || options.to === undefined) {
    const hint = "give --from and --to, or --train with --test, or --pairs";
    throw new UserError("no range to try", "cmswatch backtest", hint);
  }
  const [from, to] = [readMoment(options.from, "--from"), readMoment(options.to, "--to")];
  if (to <= from) {
    throw new UserError(`${to.toISOString()} is not after --from`, "--to", "give the later time as --to");
  }
  const source = openSource(config);
  const back = options.history === undefined ? config.detect.train.history : parseDuration(options.history);
  const { step } = config.prometheus;
  const replayed: ReplayedEntity[] = [];
  const notes: string[] = [];
  const { signal } = new AbortController();
  setMaxListeners(MOST_WAITING, signal);
  const specs = wanted(entitySpecs(config, catalogue), options.service);
  const detector = unitDetector(specs, setup.detectors);
  for (const [at, spec] of specs.entries()) {
    const begin = new Date(Math.floor((from.getTime() - back) / step) * step);
    const range = { source, begin, from, to, signal };
    try {
      const found = isFleet(spec, setup.detectors)
        ? await tryFleet(spec, range, config)
        : await replayIndividually(spec, range, detector, setup, notes);
      replayed.push(...found);
    } catch (error) {
      throw error instanceof MetricSourceError ? asUserError(error, source.name) : error;
    }
    context.err(`${at + 1} of ${specs.length}: ${spec.name}\n`);
  }
  notes.push(...differencesOf(config, to.getTime() - from.getTime()));
  const span = { from, to, days: (to.getTime() - from.getTime()) / DAY };
  return reportOf(source.name, span, replayed, { notes, specs }, setup);
}

/** What the service would do otherwise. */
function differencesOf({ detect }: Config, span: number): readonly string[] {
  const { every, ranges } = detect.train;
  return [
    every > 0 && span > every
      ? `models learnt once, before the range; in service they are trained again every ${formatDuration(every)}`
      : [],
    ranges.history > 0
      ? "ordinary ranges by hour come from the models' own history alone, in service from detect.train.ranges too"
      : [],
  ].flat();
}

function wanted(specs: readonly EntitySpec[], service: string | undefined): readonly EntitySpec[] {
  const found = service === undefined ? specs : specs.filter((spec) => spec.service === service);
  if (found.length === 0) {
    const known = [...new Set(specs.map((spec) => spec.service))].slice(0, 30).join(", ");
    throw new UserError(`no entity of service "${service}"`, "--service", `choose one of ${known}`);
  }
  return found;
}

async function reportOf(
  source: string,
  { from, to, days }: { readonly from: Date; readonly to: Date; readonly days: number },
  replayed: readonly ReplayedEntity[],
  {
    notes,
    specs,
  }: { readonly notes: readonly string[]; readonly specs: readonly Pick<EntitySpec, "service" | "by">[] },
  { config, catalogue, detectors, memory }: Setup,
): Promise<BacktestReport> {
  if (replayed.length === 0) {
    const [why = "no entity is configured"] = notes;
    throw new UserError(`nothing could be scored (${why})`, source, "choose another range, or a longer --history");
  }
  const split = splitServices(specs);
  const lowered = await memory.lowerings({ from, to });
  const past = pastAlerts(replayed, { config, catalogue, parts: (service) => split.get(service) ?? null, lowered });
  return {
    source,
    from: from.toISOString(),
    to: to.toISOString(),
    detector: detectors.join(", "),
    noise: noiseOf(replayed, past.alerts.length, days),
    told: toldOf(past.alerts, days),
    ...past,
    changes: changesOf(past),
    notes: [...(memory.note === null ? [] : [memory.note]), ...notes],
  };
}

function asUserError(error: Error, where: string): UserError {
  return new UserError(error.message, where, "check prometheus.url and the range", { cause: error });
}
