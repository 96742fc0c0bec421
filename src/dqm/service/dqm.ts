import { randomUUID } from "node:crypto";
import { stat } from "node:fs/promises";
import type { Logger } from "pino";
import type { AlertSink } from "../../alert/alert-sink.ts";
import type { Clock } from "../../alert/clock.ts";
import type { ServiceEvents } from "../../alert/service-events.ts";
import { UserError } from "../../alert/user-error.ts";
import type { Config } from "../../config/schema.ts";
import type { Events } from "../../runtime/events.ts";
import { createLoop, type Loop } from "../../runtime/loop.ts";
import type { CurrentState } from "../../status/current-state.ts";
import type { Store } from "../../store/store.ts";
import { readGolden } from "../files/golden.ts";
import { loadDqmFrom, modelPath, saveDqmIn } from "../files/model.ts";
import type { GoldenRanges } from "../judge/golden.ts";
import { AROUND, BEFORE } from "../judge/neighbours.ts";
import type { DqmModel } from "../judge/saved.ts";
import { createGrowth } from "./growth.ts";
import { createDqmRecord, type DqmRecord } from "./record.ts";
import { createRunAlerts } from "./run-alerts.ts";
import { configuredSource } from "./source.ts";
import { createDqmWatch } from "./watch.ts";

export interface DqmParts {
  readonly config: Config;
  readonly store: Store;
  readonly sink: AlertSink;
  readonly events: Pick<Events<ServiceEvents>, "emit" | "on">;
  readonly current: Pick<CurrentState, "setSource">;
  readonly baseUrl: string | null;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Data quality in the running service. */
export interface Dqm {
  readonly desk: DqmRecord;
  /**
   * Looks for new lumisections, and lets the references follow what is certified. None where no source is configured: what was judged
   * by command can be seen and overruled all the same.
   */
  readonly loops: readonly Loop[];
}

/** @throws UserError when a source is configured without a model, or the excluded ranges cannot be read */
export async function createDqm(parts: DqmParts): Promise<Dqm> {
  const { config, store, events, clock, log } = parts;
  const desk = createDqmRecord({
    store,
    clock,
    newId: () => randomUUID().slice(0, 8),
    onChange: async (run) => events.emit("run overruled", { run }),
  });
  const source = configuredSource(config.dqm, clock);
  if (source === null) {
    return { desk, loops: [] };
  }
  const { open, close, severity, over, every } = config.dqm;
  const alerts = createRunAlerts({
    post: async (all) => void (await parts.sink.push(all)),
    states: store.states,
    rules: { open, close, severity },
    baseUrl: parts.baseUrl,
    clock,
    log,
  });
  const model = modelIn(config.dqm.model);
  const watch = createDqmWatch({
    source,
    model,
    excluded: await excludedRanges(config.dqm.exclude),
    neighbourhood: config.dqm.causal ? BEFORE : AROUND,
    store,
    desk,
    alerts,
    over,
    onRunOver: async ({ run }) => events.emit("run ended", { run }),
    setSource: parts.current.setSource,
    clock,
    log,
  });
  events.on("run overruled", "data quality", ({ run }) => watch.again(run));
  const loop = createLoop({ name: "data quality", every, run: watch.look, clock, log });
  const { over: runsOver } = watch;
  const growth = createGrowth({
    growth: config.dqm.references,
    model,
    save: (grown) => saveDqmIn(config.dqm.model as string, grown),
    desk,
    over: runsOver,
    read: source.read,
    store,
    clock,
    log,
  });
  const isGrowing = config.dqm.references !== "never";
  const references = isGrowing
    ? [createLoop({ name: "data quality references", every: Math.max(every, GROW_EVERY), run: growth.run, clock, log })]
    : [];
  return { desk, loops: [loop, ...references] };
}

/** Fitting again takes seconds per histogram: certified runs wait for each other so long. */
const GROW_EVERY = 10 * 60_000;

async function excludedRanges(file: string | undefined): Promise<GoldenRanges> {
  return file === undefined ? new Map() : readGolden(file);
}

/** The model of a folder, read again when it was trained again. */
function modelIn(folder: string | undefined): () => Promise<DqmModel> {
  if (folder === undefined) {
    throw new UserError("is missing", "dqm.model", "train one by `cmswatch dqm train` and name its folder");
  }
  let known: { readonly time: number; readonly model: DqmModel } | null = null;
  return async () => {
    const time = (await stat(modelPath(folder)).catch(() => null))?.mtimeMs ?? 0;
    if (known === null || known.time !== time) {
      known = { time, model: await loadDqmFrom(folder) };
    }
    return known.model;
  };
}
