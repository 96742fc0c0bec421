/** A network's weights while they are trained, wherever the arithmetic is done. Windows are [count, span, metrics], row-major. */
export interface Learner {
  /** What does the arithmetic, for the log. */
  readonly engine: string;
  /** One step of Adam. `shown` are the windows with some values blanked. @returns the loss before the step */
  train(shown: Float32Array, truth: Float32Array, count: number, learningRate: number): number;
  loss(truth: Float32Array, count: number): number;
  /** What the network expects the newest row of each window to be, [count, metrics]. */
  expected(windows: Float32Array, count: number): Float32Array;
  /** A copy. */
  weights(): Float32Array[];
  write(weights: readonly Float32Array[]): void;
  /** The loss's gradients, without a step. */
  gradients(
    shown: Float32Array,
    truth: Float32Array,
    count: number,
  ): { readonly loss: number; readonly gradients: readonly Float32Array[] };
  /** Gives the memory back; the learner is not used any more. */
  end(): void;
}
