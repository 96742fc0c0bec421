import type { Scalar, Tensor, Tensor2D, Tensor3D } from "@tensorflow/tfjs";
import type { TensorFlow } from "../../backend/prepare.ts";
import type { MakeProgram } from "../program/program.ts";
import type { WeightSpec } from "./weight-spec.ts";

/** Runs the network over rows as they come, with typed arrays of its own. Returned arrays are reused. */
export interface Stepper {
  /** Takes the next row of network input [F], gives what the network expects this very row to be [F]. */
  push(row: Float32Array): Float32Array;
}

/** A network: its weights, its graph for training in TensorFlow.js, and the same calculation row by row. */
export interface Architecture {
  readonly name: string;
  readonly description: string;
  /** Rows of one training window [span, F]; the newest row is the last. */
  readonly span: number;
  /** Windows per step of training, where there are enough of them. */
  readonly batch: number;
  /** Steps that an epoch over a short history still has, by smaller batches. */
  readonly fewestSteps: number;
  readonly learningRate: number;
  weights(metrics: number): readonly WeightSpec[];
  /** Loss of a batch of windows [B, span, F], the corrupted windows that are shown beside the true ones. */
  loss(tf: TensorFlow, weights: readonly Tensor[], shown: Tensor3D, truth: Tensor3D): Scalar;
  /** What the network expects the newest row of each window to be, [B, F]. */
  expected(tf: TensorFlow, weights: readonly Tensor[], windows: Tensor3D): Tensor2D;
  /**
   * The same, row by row; the last `span` rows pushed determine every later answer.
   * @param pushed how many rows were pushed before, for networks that restart parts of their state in turn
   */
  stepper(weights: readonly Float32Array[], metrics: number, pushed: number): Stepper;
  /** The same loss's forward and backward pass on vector kernels. */
  readonly program: MakeProgram;
  /** Whether the loss is about every row of the window, and the newest twice, or about the newest only. */
  readonly rebuilds: boolean;
  /** How many of the newest rows the answer after `pushed` rows is made of; the whole span where it is left out. */
  context?(pushed: number): number;
}
