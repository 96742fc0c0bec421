/**
 * The score that a chosen share of transfers exceeds, followed as they come (stochastic approximation of a quantile:
 * Robbins and Monro 1951).
 */
export class RateThreshold {
  readonly rate: number;
  #value: number;

  /** @param rate share of transfers above it, e.g. 0.005 · @param value where it stood; at first where calibrated scores have it */
  constructor(rate: number, value = -Math.log10(rate)) {
    this.rate = rate;
    this.#value = value;
  }

  get value(): number {
    return this.#value;
  }

  /** True for a score above it; then moves. A single score moves it by a twentieth at most. */
  exceeds(score: number): boolean {
    const above = score > this.#value;
    this.#value = Math.max(0, this.#value + STEP * ((above ? 1 : 0) - this.rate));
    return above;
  }
}

const STEP = 0.05;
