import type { Scalar, Tensor3D } from "@tensorflow/tfjs";
import type { TensorFlow } from "../../backend/tensor-flow.ts";

/** Mean squared error over the window plus that of its newest row, the one that scoring looks at. */
export function reconstructionLoss(tf: TensorFlow, rebuilt: Tensor3D, truth: Tensor3D): Scalar {
  const [batch, span, metrics] = truth.shape;
  const error = tf.squaredDifference(rebuilt, truth);
  const newest = tf.slice(error, [0, span - 1, 0], [batch, 1, metrics]);
  return tf.add(tf.mean(error), tf.mean(newest)) as Scalar;
}
