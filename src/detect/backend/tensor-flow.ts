import type * as Core from "@tensorflow/tfjs";

export type TensorFlow = typeof Core;
