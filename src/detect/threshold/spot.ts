import { type Calibration, fitTail, MOST_PEAKS, tailStart } from "./calibration.ts";
import type { ParetoTail } from "./generalised-pareto.ts";

/** What SPOT has learnt since training; JSON-serialisable, bounded. */
export interface SpotState {
  /** Excesses over the tail's start, oldest first, at most {@link MOST_PEAKS}. */
  readonly peaks: readonly number[];
  /** How many ordinary points each of them stands for: those since the one before it, and itself. */
  readonly gaps: readonly number[];
  /** Ordinary points since the last peak. */
  readonly since: number;
  /** Ordinary points since the last fit. */
  readonly unfitted: number;
  /** As fitted last; null while training's holds. */
  readonly fitted: { readonly tail: ParetoTail; readonly tailShare: number } | null;
}

/** The tail of ordinary scores, fitted again as scores come. */
export interface Spot {
  /** As it is now: to judge the next score by, before it teaches. */
  readonly calibration: Calibration;
  /** Takes in an ordinary score; those that are anomalous must not be given. @returns true when the tail has changed */
  learn(score: number): boolean;
  state(): SpotState;
}

/** With fewer peaks than this the tail of training stands. */
const FEWEST_PEAKS = 20;
/** At most one fit in so many points, however many of them are peaks. */
const FIT_EVERY = 10;
const DIGITS = 6;

/**
 * Peaks over a threshold while scoring (SPOT: Siffert, Fouque, Termier, Largouët, "Anomaly detection in streams with extreme
 * value theory", KDD 2017): the start of the tail stays that of training, a score above it that is no anomaly joins the peaks,
 * and the generalised Pareto tail is fitted to them again. Differs from the paper in four ways: only the newest 200 peaks are
 * kept, each with the points it stands for, so that memory and time are bounded and old behaviour is forgotten; tails that end
 * are refused; and drift (DSPOT) is taken out before, by giving scores in units of a level that follows them. Peaks that come in
 * a row are fitted together.
 * @param trained what history gave · @param saved where an earlier one of the same training stood
 */
export function createSpot(trained: Calibration, saved?: SpotState): Spot {
  const start = tailStart(trained);
  const usualGap = Math.round(1 / trained.tailShare);
  const peaks = [...(saved?.peaks ?? trained.peaks)];
  const gaps = [...(saved?.gaps ?? trained.peaks.map(() => usualGap))];
  let since = saved?.since ?? 0;
  let unfitted = saved?.unfitted ?? FIT_EVERY;
  let fitted = saved?.fitted ?? null;
  let calibration = fitted === null ? trained : { ...trained, ...fitted };

  function refit(): void {
    const points = gaps.reduce((sum, gap) => sum + gap, 0);
    fitted = { tail: fitTail(peaks, start), tailShare: peaks.length / points };
    calibration = { ...trained, ...fitted };
    unfitted = 0;
  }

  return {
    get calibration() {
      return calibration;
    },
    learn(score) {
      if (!Number.isFinite(score)) {
        return false;
      }
      since++;
      unfitted++;
      if (score <= start) {
        return false;
      }
      // Short numbers keep the saved state small, and the one that goes on the same as the one that was saved.
      peaks.push(Number((score - start).toPrecision(DIGITS)));
      gaps.push(since);
      since = 0;
      if (peaks.length > MOST_PEAKS) {
        peaks.shift();
        gaps.shift();
      }
      if (peaks.length < FEWEST_PEAKS || unfitted < FIT_EVERY) {
        return false;
      }
      refit();
      return true;
    },
    state: () => ({ peaks: [...peaks], gaps: [...gaps], since, unfitted, fitted }),
  };
}
