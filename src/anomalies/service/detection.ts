import type { Logger } from "pino";
import type { Anomaly } from "../../alert/anomaly.ts";
import { atMostEvery, type Clock } from "../../alert/clock.ts";
import type { ModelKeeper } from "../../alert/model-keeper.ts";
import type { ServiceEvents } from "../../alert/service-events.ts";
import type { Catalogue } from "../../config/catalogue.ts";
import type { EntitySpec } from "../../config/entities.ts";
import type { Config } from "../../config/schema.ts";
import type { MetricSource } from "../../prometheus/source.ts";
import type { Events } from "../../runtime/events.ts";
import { createLoop, type Loop } from "../../runtime/loop.ts";
import type { CurrentState } from "../../status/current-state.ts";
import type { Store } from "../../store/store.ts";
import type { UnitTrainer } from "../../training/unit-trainer.ts";
import { isFleet, unitDetector } from "../life/fleet-choice.ts";
import type { Watched } from "../life/watched.ts";
import { createFeedbackBook, type FeedbackBook } from "./feedback-book.ts";
import { createFleets } from "./fleets.ts";
import { createLearning } from "./learning.ts";
import { createLedger, type Ledger } from "./ledger.ts";
import { createRoster } from "./roster.ts";
import { createScoring } from "./scoring.ts";
import type { TrainingProgress } from "./training.ts";
import { showPoints } from "./views.ts";
import { createWeights } from "./weights.ts";

/** Metrics to anomalies: trains what has no model or an old one, scores what has come, tells what changed. */
export interface Detection {
  /** Scoring, then training. */
  readonly loops: readonly Loop[];
  /** Stops its loops, and keeps what scoring knows, for the next process. */
  stop(): Promise<void>;
  /** Works with the models of a service or one of its entities. */
  keeperOf(entity: string): ModelKeeper;
  /** What people call ordinary. */
  readonly feedback: Pick<FeedbackBook, "forgive" | "revoke">;
  progress(): TrainingProgress;
  /** Entities that are scored. */
  watched(): readonly Watched[];
}

export interface DetectionParts {
  readonly config: Config;
  readonly catalogue: Catalogue;
  readonly specs: readonly EntitySpec[];
  readonly source: MetricSource;
  readonly store: Store;
  readonly trainer: UnitTrainer;
  readonly current: CurrentState;
  readonly events: Pick<Events<ServiceEvents>, "on">;
  readonly clock: Clock;
  readonly log: Logger;
  /** Told of anomalies that opened, changed or closed, after they are stored. */
  readonly onAnomalies: (anomalies: readonly Anomaly[]) => Promise<void>;
}

const SAVE_STATE_EVERY = 60_000;
const READ_FEEDBACK_EVERY = 60_000;
const LOOK_FOR_TRAINING_EVERY = 2000;

/** Builds the two loops (scoring and training) of detection; nothing runs before `start`. */
export function createDetection(parts: DetectionParts): Detection {
  const { config, specs, source, store, current, clock, log } = parts;
  const { step } = config.prometheus;
  const { detectors, timezone: timeZone } = config.detect;
  const detector = unitDetector(specs, detectors);
  const yieldToEventLoop = () => new Promise<void>((resolve) => setImmediate(resolve));
  const roster = createRoster({ specs, detector, step, source, store, current, log });
  const book = createFeedbackBook({ store, current, timeZone, step, clock });
  const ledger: Ledger = createLedger({
    store,
    current,
    clock,
    step,
    ...createWeights({
      config,
      catalogue: parts.catalogue,
      specs,
      roster,
      inFleets: (service) => fleets.scored(service),
      current,
      book,
    }),
    onAnomalies: parts.onAnomalies,
  });
  const fleets = createFleets({ source, store, current, ledger, step, timeZone, yieldToEventLoop, log });
  const onPoint = showPoints(current, ledger.mutedBecause);
  const inFleet = (spec: EntitySpec) => isFleet(spec, detectors);
  const scoreRound = createScoring({
    specs,
    step,
    source,
    roster,
    fleets,
    isFleet: inFleet,
    ledger,
    current,
    onPoint,
    clock,
    log,
  });
  const learning = createLearning({
    config,
    detector,
    roster,
    source,
    store,
    trainer: parts.trainer,
    clock,
    log,
    forgives: (event) => book.muting(event) !== null,
    changed: () => current.changed(),
    yieldToEventLoop,
  });
  parts.events.on("anomaly closed", "detection", ({ id }) => ledger.dismiss(id));
  parts.events.on("alertmanager restarted", "detection", () => ledger.remember([]));
  let restored = false;
  const isSaveDue = atMostEvery(SAVE_STATE_EVERY, clock);
  const isReadDue = atMostEvery(READ_FEEDBACK_EVERY, clock);

  async function restore(signal: AbortSignal): Promise<void> {
    await book.load();
    await ledger.restore();
    await Promise.all(specs.filter(({ by }) => by.length === 0).map((spec) => roster.enter(spec, spec.name, signal)));
    restored = true;
  }

  async function score(signal: AbortSignal): Promise<void> {
    if (!restored) {
      await restore(signal);
    }
    if (isReadDue()) {
      await book.load();
    }
    await scoreRound(signal);
    if (isSaveDue()) {
      await save();
    }
    current.changed();
  }

  async function save(): Promise<void> {
    await roster.save();
    await fleets.save();
  }

  const loops = {
    scoring: createLoop({ name: "scoring", every: step, run: score, clock, log }),
    learning: createLoop({ name: "training", every: LOOK_FOR_TRAINING_EVERY, run: learning.run, clock, log }),
  };
  return {
    loops: Object.values(loops),
    keeperOf: (entity) => ({
      entity,
      detector,
      key: "detect.detectors",
      takeUp: async () => (await roster.takeUp(new AbortController().signal)).includes(entity),
    }),
    feedback: {
      async forgive(given) {
        const effect = await book.forgive(given);
        await ledger.remember([]);
        return effect;
      },
      async revoke(id, asker) {
        const answer = await book.revoke(id, asker);
        await ledger.remember([]);
        return answer;
      },
    },
    async stop() {
      await loops.learning.stop();
      await loops.scoring.stop();
      await save();
    },
    progress() {
      const known = roster.all();
      const done = known.filter(({ watched }) => watched !== null).length;
      return {
        done,
        total: Math.max(known.length, specs.filter((spec) => !inFleet(spec)).length),
        ...learning.progress(),
      };
    },
    watched: () => roster.all().flatMap(({ watched }) => watched ?? []),
  };
}
