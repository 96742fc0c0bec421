import type { Logger } from "pino";
import { type Clock, steadyTime } from "../../alert/clock.ts";
import type { Config } from "../../config/schema.ts";
import type { Judgement as Decision } from "../../detect/challenge.ts";
import { politeness } from "../../detect/models/network-core/training.ts";
import { SavedModelError } from "../../detect/saved-model.ts";
import type { Store } from "../../store/store.ts";
import type { Finished } from "../model/estimator.ts";
import { type FitSequences, loadScorer, trainScorer } from "../model/models.ts";
import type { Judgement, TransferScorer } from "../model/scorer.ts";
import { endOf } from "../model/transfer.ts";
import { judgeAndTeach, judgeTransferModels, type Outcome, outcomeOf, trialOf } from "../model/trial.ts";
import { type SavedWatch, TransferWatch } from "../model/watch.ts";
import type { History } from "./history.ts";
import { liveModel, openStoredModel, storeModel } from "./models.ts";

/** After a training that failed. */
const RETRY_AFTER = 10 * 60_000;
/** Newest part of a history that a challenger does not learn from before it is judged there. */
const JUDGED_SHARE = 0.2;
const JUDGED_MOST = 5000;
const FIRST: Decision = { promote: true, because: "the first of its kind", figures: {} };

/** Makes a watch when there are enough transfers, trains challengers in time, and lets the better model be live. */
export interface Teacher {
  /** Null as long as there are too few transfers. */
  readonly watch: TransferWatch | null;
  /** Of the model that is live. */
  readonly version: string | null;
  /** How many transfers are missing for the first training. */
  missing(): number;
  /** @param judgement what the live model said of it, null without one */
  add(transfer: Finished, judgement: Judgement | null): void;
  /** Trains when it is due. A training that fails is logged and tried again; the watch goes on with its model. */
  teach(): Promise<void>;
  /** Waits for a training under way. */
  settled(): Promise<void>;
  /** A training under way comes to nothing. */
  stop(): void;
  /** Takes up the version that is live in the store, if that is another one. @returns true when it did */
  takeUp(): Promise<boolean>;
  save(): SavedTeacher | null;
  restore(saved: SavedTeacher): void;
}

export interface SavedTeacher {
  readonly model: string;
  readonly version: string;
  readonly trainedAt: number;
  readonly scorer: unknown;
  readonly watch: SavedWatch;
}

export interface TeacherParts {
  readonly config: Config["transfers"];
  readonly history: History;
  readonly store: Pick<Store, "models">;
  readonly fitSequences: FitSequences;
  /** Told when another model has gone live: what is stored of the one before is of no use. */
  readonly onLive: () => void;
  readonly clock: Clock;
  readonly log: Logger;
}

export function createTeacher(parts: TeacherParts): Teacher {
  const { config, history, store, fitSequences, clock, log } = parts;
  const { transfers: most, minimum, every } = config.train;
  let live: { readonly watch: TransferWatch; readonly version: string } | null = null;
  let trainedAt = 0;
  let retryAt = 0;
  let training: Promise<void> | null = null;
  let unusable: string | null = null;
  let stopped = false;

  function goLive(scorer: TransferScorer, version: string): void {
    live = { watch: new TransferWatch(scorer, config.rate, live?.watch.save() ?? null), version };
    parts.onLive();
  }

  /** Judges and teaches what has come since; where the live model judged it too, both outcomes. */
  async function replay(scorer: TransferScorer, from: number, against: string | null) {
    const polite = politeness();
    const [before, after]: [Outcome[], Outcome[]] = [[], []];
    for (let at = from; at < history.end; at++) {
      const taught = history.at(at);
      if (stopped) {
        throw new Error("stopped");
      }
      if (taught === undefined) {
        continue;
      }
      const outcome = judgeAndTeach(scorer, taught.transfer);
      if (taught.given !== null && taught.given.version === against) {
        before.push(taught.given.outcome);
        after.push(outcome);
      }
      await polite();
    }
    return [trialOf(before, config.rate), trialOf(after, config.rate)] as const;
  }

  async function train(): Promise<void> {
    const began = clock();
    const clockwork = performance.now();
    const champion = live?.version ?? null;
    const size = Math.min(history.size, most);
    const judged = champion === null ? 0 : Math.min(JUDGED_MOST, Math.floor(JUDGED_SHARE * size));
    const split = history.end - judged;
    const teaching = history.newest(size - judged, split).map(({ transfer }) => transfer);
    const scorer = await trainScorer(config.model, teaching, fitSequences);
    const trials = await replay(scorer, split, champion);
    const decision = champion === null ? FIRST : judgeTransferModels(...trials, config.rate);
    const learnt = history.end;
    const seconds = (performance.now() - clockwork) / 1000;
    const [from, to] = [(teaching[0] as Finished).startedAt, endOf(history.newest(1)[0]?.transfer as Finished)];
    const trained = { scorer, model: config.model, trainedAt: began, from, to, seconds, rate: config.rate };
    const why = champion === null ? "" : "trained because it was due; ";
    const note = `${why}${champion === null ? "" : decision.promote ? "live, " : "not live, "}${decision.because}`;
    const version = await storeModel(store, trained, decision, note);
    trainedAt = began.getTime();
    if (decision.promote) {
      await replay(scorer, learnt, null);
      goLive(scorer, version);
    }
    log.info({ model: config.model, version, live: decision.promote, note }, "transfers: model trained");
  }

  async function attempt(): Promise<void> {
    try {
      await train();
    } catch (error) {
      retryAt = steadyTime(clock) + RETRY_AFTER;
      if (!stopped) {
        log.error({ err: error }, "transfers: training failed; it is tried again in ten minutes");
      }
    } finally {
      training = null;
    }
  }

  async function takeUp(): Promise<boolean> {
    const wanted = await liveModel(store, config.model);
    if (wanted === null || wanted.version === live?.version || wanted.id === unusable || training !== null) {
      return false;
    }
    try {
      const scorer = await openStoredModel(store, wanted.id);
      const to = wanted.trainedTo.getTime() / 1000;
      const newer = history.newest(history.size).findIndex(({ transfer }) => endOf(transfer) > to);
      await replay(scorer, newer < 0 ? history.end : history.end - history.size + newer, null);
      trainedAt = Math.max(trainedAt, wanted.trainedAt.getTime());
      log.info({ version: wanted.version, before: live?.version ?? null }, "transfers: another model is live");
      goLive(scorer, wanted.version);
      return true;
    } catch (error) {
      if (!(error instanceof SavedModelError)) {
        throw error;
      }
      unusable = wanted.id;
      log.warn({ version: wanted.version, reason: error.message }, "transfers: a stored model cannot be used");
      return false;
    }
  }

  return {
    get watch() {
      return live?.watch ?? null;
    },
    get version() {
      return live?.version ?? null;
    },
    missing: () => Math.max(0, minimum - history.size),
    add(transfer, judgement) {
      const version = live?.version;
      const isJudged = judgement !== null && version !== undefined;
      history.add(transfer, isJudged ? { version, outcome: outcomeOf(transfer, judgement) } : null);
    },
    async teach() {
      const now = clock().getTime();
      const isDue = live === null || now - trainedAt >= every;
      if (isDue && training === null && steadyTime(clock) >= retryAt && history.size >= minimum) {
        training = attempt();
        // A challenger is trained beside the reading; without a model there is nothing to do meanwhile.
        await (live === null ? training : null);
      }
    },
    settled: async () => training ?? undefined,
    stop() {
      stopped = true;
    },
    takeUp,
    save() {
      return live === null
        ? null
        : {
            model: config.model,
            version: live.version,
            trainedAt,
            scorer: live.watch.scorer.save(),
            watch: live.watch.save(),
          };
    },
    restore(saved) {
      if (saved.model !== config.model) {
        return;
      }
      try {
        live = {
          watch: new TransferWatch(loadScorer(saved.scorer), config.rate, saved.watch),
          version: saved.version,
        };
        trainedAt = saved.trainedAt;
      } catch (error) {
        if (!(error instanceof SavedModelError)) {
          throw error;
        }
        log.warn({ reason: error.message }, "transfers: the stored model is not used; it is trained again");
      }
    },
  };
}
