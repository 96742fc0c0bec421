/** What a training of a tiny reference gives: the loss, and of each block of weights the gradient as two numbers. */
export interface Reference {
  readonly loss: number;
  /** Length of the gradient, and its product with cos 1, cos 2, cos 3 … */
  readonly gradients: readonly { readonly size: number; readonly projection: number }[];
}

/** Recorded on TensorFlow.js's cpu backend, which is plain JavaScript; the test says how. */
export const REFERENCES: ReadonlyMap<string, Reference> = new Map<string, Reference>([
  [
    "aefc",
    {
      loss: 2.42929,
      gradients: [
        { size: 1.33651, projection: 0.30668 },
        { size: 0.102724, projection: -0.0367158 },
        { size: 1.00698, projection: 1.09757 },
        { size: 0.106448, projection: -0.090287 },
        { size: 0.579879, projection: -0.430611 },
        { size: 0.135812, projection: 0.0369112 },
        { size: 0.447832, projection: 0.338453 },
        { size: 0.222422, projection: -0.210442 },
        { size: 0.735701, projection: -0.161154 },
        { size: 0.462088, projection: 0.061005 },
        { size: 1.02014, projection: 0.465101 },
        { size: 0.586964, projection: -0.708317 },
      ],
    },
  ],
  [
    "aecnn",
    {
      loss: 2.59225,
      gradients: [
        { size: 0.186313, projection: -0.094512 },
        { size: 0.0352058, projection: -0.00608106 },
        { size: 0.204896, projection: -0.068481 },
        { size: 0.0444387, projection: 0.00289124 },
        { size: 0.234046, projection: -0.105873 },
        { size: 0.19177, projection: 0.345654 },
        { size: 0.403271, projection: -0.432694 },
        { size: 0.964642, projection: -0.212419 },
        { size: 0.228644, projection: -0.121704 },
        { size: 0.995116, projection: 0.371175 },
      ],
    },
  ],
  [
    "aelstm",
    {
      loss: 2.41561,
      gradients: [
        { size: 0.432602, projection: 0.215421 },
        { size: 0.388465, projection: -0.234639 },
        { size: 0.524345, projection: 0.13758 },
        { size: 0.554701, projection: -0.34843 },
        { size: 0.465759, projection: -0.108253 },
        { size: 0.48068, projection: 0.265358 },
        { size: 0.490405, projection: -0.779696 },
        { size: 0.753252, projection: 0.190198 },
      ],
    },
  ],
  [
    "forcnn",
    {
      loss: 2.01766,
      gradients: [
        { size: 3.62254, projection: -0.967129 },
        { size: 1.26274, projection: 0.298208 },
        { size: 6.61015, projection: -0.722438 },
        { size: 1.66965, projection: 0.281838 },
        { size: 7.80114, projection: -0.448311 },
        { size: 1.23456, projection: 0.816517 },
        { size: 3.2825, projection: 0.897529 },
        { size: 1.57309, projection: -0.987175 },
      ],
    },
  ],
]);
