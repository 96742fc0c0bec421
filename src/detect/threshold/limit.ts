import { type Calibration, scoreAt } from "./calibration.ts";

/** Between which scores, in units of the level, the threshold may lie; `most` null for no upper bound. */
export interface LimitBounds {
  readonly least: number;
  readonly most: number | null;
}

/** No score below this many times the level makes an event, however steady history was. */
const LEAST_RATIO = 1.4;
const RATIO_RISK = 4;

/** @param ratio the detector's own (see `Detector.alertRatio`), which grows with caution; null where the tail alone decides */
export function boundsOf(ratio: number | null, risk: number): LimitBounds {
  return { least: LEAST_RATIO, most: ratio === null ? null : 1 + ((ratio - 1) * -Math.log10(risk)) / RATIO_RISK };
}

/** The score that ordinary times exceed with this risk, within the bounds. */
export function limitOf(calibration: Calibration, risk: number, { least, most }: LimitBounds): number {
  return Math.max(Math.min(scoreAt(calibration, risk), most ?? Number.POSITIVE_INFINITY), least);
}
