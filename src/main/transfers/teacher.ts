import type { Logger } from "pino";
import type { Clock } from "../../alert/clock.ts";
import type { Config } from "../../config/schema.ts";
import { SavedModelError } from "../../detect/saved-model.ts";
import type { Finished } from "../../detect/transfers/estimator.ts";
import { type FitSequences, loadScorer, trainScorer } from "../../detect/transfers/models.ts";
import { type SavedWatch, TransferWatch } from "../../detect/transfers/watch.ts";
import type { StateRepository } from "../../store/store.ts";

const KEY = "transfers:watch";
/** After a training that failed. */
const RETRY_AFTER = 10 * 60_000;

/** Keeps the newest transfers, makes a watch when there are enough, and trains it anew in time. */
export interface Teacher {
  /** Null as long as there are too few transfers. */
  readonly watch: TransferWatch | null;
  /** How many transfers are missing for the first training. */
  missing(): number;
  add(transfer: Finished): void;
  /** Trains when it is due. A training that fails is logged and tried again; the watch goes on with its model. */
  teach(): Promise<void>;
  restore(): Promise<void>;
  save(): Promise<void>;
}

interface SavedTeacher {
  readonly model: string;
  readonly trainedAt: number;
  readonly scorer: unknown;
  readonly watch: SavedWatch;
}

export function createTeacher({
  config,
  states,
  fitSequences,
  clock,
  log,
}: {
  readonly config: Config["transfers"];
  readonly states: StateRepository;
  readonly fitSequences: FitSequences;
  readonly clock: Clock;
  readonly log: Logger;
}): Teacher {
  const { transfers: most, minimum, every } = config.train;
  const names = new Map<string, string>();
  let history: Finished[] = [];
  let watch: TransferWatch | null = null;
  let trainedAt = 0;
  let retryAt = 0;

  /** One text for all transfers that carry the same name. */
  function shared(name: string): string {
    const known = names.get(name);
    if (known === undefined && names.size < most) {
      names.set(name, name);
    }
    return known ?? name;
  }

  async function train(): Promise<void> {
    const began = clock().getTime();
    try {
      const scorer = await trainScorer(config.model, history.slice(-most), fitSequences);
      watch = new TransferWatch(scorer, config.rate, watch?.save() ?? null);
      trainedAt = began;
      log.info({ model: config.model, transfers: scorer.learnt }, "transfers: model trained");
    } catch (error) {
      retryAt = began + RETRY_AFTER;
      log.error({ err: error }, "transfers: training failed; it is tried again in ten minutes");
    }
  }

  return {
    get watch() {
      return watch;
    },
    missing: () => Math.max(0, minimum - history.length),
    add(transfer) {
      history.push({
        ...transfer,
        activity: shared(transfer.activity),
        source: shared(transfer.source),
        destination: shared(transfer.destination),
        sourceType: shared(transfer.sourceType),
        destinationType: shared(transfer.destinationType),
        protocol: shared(transfer.protocol),
        endpoint: shared(transfer.endpoint),
      });
      if (history.length >= most + most / 4) {
        history = history.slice(-most);
      }
    },
    async teach() {
      const now = clock().getTime();
      const isDue = watch === null || now - trainedAt >= every;
      if (isDue && now >= retryAt && history.length >= minimum) {
        await train();
      }
    },
    async restore() {
      const saved = await states.get<SavedTeacher>(KEY);
      if (saved === null || saved.model !== config.model) {
        return;
      }
      try {
        watch = new TransferWatch(loadScorer(saved.scorer), config.rate, saved.watch);
        trainedAt = saved.trainedAt;
      } catch (error) {
        if (!(error instanceof SavedModelError)) {
          throw error;
        }
        log.warn({ reason: error.message }, "transfers: the stored model is not used; it is trained anew");
      }
    },
    async save() {
      if (watch !== null) {
        const saved: SavedTeacher = {
          model: config.model,
          trainedAt,
          scorer: watch.scorer.save(),
          watch: watch.save(),
        };
        await states.put(KEY, saved);
      }
    },
  };
}
