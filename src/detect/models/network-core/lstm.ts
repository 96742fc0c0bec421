import type { Tensor, Tensor2D, Tensor3D } from "@tensorflow/tfjs";
import type { TensorFlow } from "../../backend/prepare.ts";
import { type DenseLayer, denseLayer } from "./dense.ts";
import type { WeightSpec } from "./weight-spec.ts";

/** Kernel, recurrent kernel and bias of an LSTM; the four gates lie side by side: input, forget, output, candidate. */
export function lstmWeights(name: string, inputs: number, units: number): readonly WeightSpec[] {
  return [
    { name: `${name}.kernel`, shape: [inputs, 4 * units], fan: [inputs, units] },
    { name: `${name}.recurrent`, shape: [units, 4 * units], fan: [units, units] },
    { name: `${name}.bias`, shape: [4 * units], fan: null },
  ];
}

/** Added to the forget gate, so that a fresh cell remembers (Jozefowicz et al. 2015). */
export const FORGET_BIAS = 1;

interface StepRecord {
  readonly input: Tensor2D;
  readonly forget: Tensor2D;
  readonly output: Tensor2D;
  readonly candidate: Tensor2D;
  readonly cell: Tensor2D;
  readonly squashed: Tensor2D;
  readonly hidden: Tensor2D;
}

const RECORDED = 7;

function tensorsOf(r: StepRecord): Tensor2D[] {
  return [r.input, r.forget, r.output, r.candidate, r.cell, r.squashed, r.hidden];
}

/** The step's record out of the tensors of all steps, in the order of `tensorsOf`. */
function recordOf(tensors: readonly Tensor2D[], step: number): StepRecord {
  type Parts = [Tensor2D, Tensor2D, Tensor2D, Tensor2D, Tensor2D, Tensor2D, Tensor2D];
  const parts = tensors.slice(step * RECORDED, (step + 1) * RECORDED) as Parts;
  const [input, forget, output, candidate, cell, squashed, hidden] = parts;
  return { input, forget, output, candidate, cell, squashed, hidden };
}

/** One step of the cell from the gates' sums [B, 4U] and the cell before. */
function cellStep(tf: TensorFlow, sums: Tensor2D, cellBefore: Tensor2D | null): StepRecord {
  const [batch, wide] = sums.shape;
  const units = wide / 4;
  const gates = tf.sigmoid(tf.slice(sums, [0, 0], [batch, 3 * units])) as Tensor2D;
  const candidate = tf.tanh(tf.slice(sums, [0, 3 * units], [batch, units])) as Tensor2D;
  const [input, forget, output] = tf.split(gates, 3, 1) as [Tensor2D, Tensor2D, Tensor2D];
  const added = tf.mul(input, candidate) as Tensor2D;
  const cell = (cellBefore === null ? added : tf.add(tf.mul(forget, cellBefore), added)) as Tensor2D;
  const squashed = tf.tanh(cell) as Tensor2D;
  return { input, forget, output, candidate, cell, squashed, hidden: tf.mul(output, squashed) as Tensor2D };
}

function runForward(
  tf: TensorFlow,
  sumsOf: (step: number) => Tensor2D,
  recurrent: Tensor2D,
  steps: number,
): StepRecord[] {
  const records: StepRecord[] = [];
  for (let step = 0; step < steps; step++) {
    const before = records[step - 1];
    const own = sumsOf(step);
    const sums = before === undefined ? own : (tf.add(own, tf.matMul(before.hidden, recurrent)) as Tensor2D);
    records.push(cellStep(tf, sums, before?.cell ?? null));
  }
  return records;
}

/** value · (1 − value) · outer: the derivative through a sigmoid. */
function throughSigmoid(tf: TensorFlow, value: Tensor2D, outer: Tensor): Tensor {
  return tf.mul(outer, tf.sub(value, tf.square(value)));
}

/** Gradients of the gates' sums, [B, 4U] per step, from those of the hidden states. */
function runBackward(
  tf: TensorFlow,
  records: readonly StepRecord[],
  recurrent: Tensor2D,
  hiddenGradients: readonly Tensor2D[],
): Tensor2D[] {
  const sums = new Array<Tensor2D>(records.length);
  let nextHidden: Tensor | null = null;
  let nextCell: Tensor | null = null;
  for (let step = records.length - 1; step >= 0; step--) {
    const r = records[step] as StepRecord;
    const cellBefore = records[step - 1]?.cell;
    const own = hiddenGradients[step] as Tensor2D;
    const hidden: Tensor = nextHidden === null ? own : tf.add(own, nextHidden);
    const throughOutput = tf.mul(hidden, r.output);
    const direct = tf.sub(throughOutput, tf.mul(throughOutput, tf.square(r.squashed)));
    const cell: Tensor = nextCell === null ? direct : tf.add(direct, nextCell);
    const toInput = throughSigmoid(tf, r.input, tf.mul(cell, r.candidate));
    const toForget =
      cellBefore === undefined ? tf.zerosLike(r.forget) : throughSigmoid(tf, r.forget, tf.mul(cell, cellBefore));
    const toOutput = throughSigmoid(tf, r.output, tf.mul(hidden, r.squashed));
    const throughInput = tf.mul(cell, r.input);
    const toCandidate = tf.sub(throughInput, tf.mul(throughInput, tf.square(r.candidate)));
    sums[step] = tf.concat([toInput, toForget, toOutput, toCandidate], 1) as Tensor2D;
    nextCell = tf.mul(cell, r.forget);
    nextHidden = tf.matMul(sums[step] as Tensor2D, recurrent, false, true);
  }
  return sums;
}

/** Gradient of the recurrent kernel: Σ over steps of hidden(step − 1)ᵀ · sums(step), as one product. */
function recurrentGradient(tf: TensorFlow, records: readonly StepRecord[], sums: readonly Tensor2D[]): Tensor {
  if (records.length < 2) {
    return tf.zeros([(records[0] as StepRecord).hidden.shape[1], (sums[0] as Tensor2D).shape[1]]);
  }
  const before = tf.concat(records.slice(0, -1).map((r) => r.hidden));
  return tf.matMul(before as Tensor2D, tf.concat(sums.slice(1)) as Tensor2D, true, false);
}

/**
 * The recurrence of an LSTM over whole sequences, with its gradient written out: recording every small operation on
 * TensorFlow.js's tape costs several times the arithmetic.
 * @param sums what the inputs add to the gates: [T, B, 4U], or [B, 4U] for the same input at every one of `steps` steps
 * @returns hidden states [T, B, U]
 */
function recurrence(tf: TensorFlow, sums: Tensor, recurrent: Tensor2D, steps: number): Tensor3D {
  const repeated = sums.rank === 2;
  const operation = tf.customGrad((...values) => {
    const [given, kernel, save] = values as unknown as [Tensor, Tensor2D, (tensors: Tensor[]) => void];
    const parts = repeated ? [] : (tf.unstack(given) as Tensor2D[]);
    const records = runForward(tf, (step) => (repeated ? given : parts[step]) as Tensor2D, kernel, steps);
    save([kernel, ...records.flatMap(tensorsOf)]);
    const gradFunc = (upstream: Tensor | Tensor[], saved: Tensor[]): Tensor[] => {
      const [keptKernel, ...kept] = saved as [Tensor2D, ...Tensor2D[]];
      const keptRecords = Array.from({ length: steps }, (_, step) => recordOf(kept, step));
      const gradients = tf.unstack(upstream as Tensor) as Tensor2D[];
      const toSums = runBackward(tf, keptRecords, keptKernel, gradients);
      return [repeated ? tf.addN(toSums) : tf.stack(toSums), recurrentGradient(tf, keptRecords, toSums)];
    };
    return { value: tf.stack(records.map((r) => r.hidden)), gradFunc };
  });
  return operation(sums, recurrent) as Tensor3D;
}

/** Bias of the gates with the forget gate's head start. */
function gateBias(tf: TensorFlow, bias: Tensor): Tensor {
  const units = bias.size / 4;
  const start = Float32Array.from({ length: bias.size }, (_, i) => (Math.floor(i / units) === 1 ? FORGET_BIAS : 0));
  return tf.add(bias, tf.tensor1d(start));
}

/** Hidden states [T, B, U] for inputs [B, T, F]. */
export function lstmGraph(tf: TensorFlow, x: Tensor3D, weights: readonly Tensor[]): Tensor3D {
  const [kernel, recurrent, bias] = weights as [Tensor2D, Tensor2D, Tensor];
  const [batch, steps, inputs] = x.shape;
  const flat = tf.reshape(tf.transpose(x, [1, 0, 2]), [steps * batch, inputs]) as Tensor2D;
  const sums = tf.add(tf.matMul(flat, kernel), gateBias(tf, bias));
  return recurrence(tf, tf.reshape(sums, [steps, batch, kernel.shape[1]]), recurrent, steps);
}

/** Hidden states [T, B, U] for one input [B, F] repeated at each of `steps` steps. */
export function repeatedLstmGraph(tf: TensorFlow, x: Tensor2D, steps: number, weights: readonly Tensor[]): Tensor3D {
  const [kernel, recurrent, bias] = weights as [Tensor2D, Tensor2D, Tensor];
  return recurrence(tf, tf.add(tf.matMul(x, kernel), gateBias(tf, bias)), recurrent, steps);
}

/** Hidden state and cell of one running LSTM. */
export interface LstmState {
  readonly hidden: Float32Array;
  readonly cell: Float32Array;
}

/** One LSTM on typed arrays: what an input adds to the gates, and a step of any state with it. */
export interface LstmCell {
  sums: DenseLayer;
  step(sums: Float32Array, state: LstmState): void;
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

export function lstmState(units: number): LstmState {
  return { hidden: new Float32Array(units), cell: new Float32Array(units) };
}

export function lstmCell(kernel: Float32Array, recurrent: Float32Array, bias: Float32Array): LstmCell {
  const units = bias.length / 4;
  const start = bias.map((value, i) => (Math.floor(i / units) === 1 ? value + FORGET_BIAS : value));
  const fromHidden = denseLayer(recurrent, new Float32Array(bias.length), "linear");
  return {
    sums: denseLayer(kernel, start, "linear"),
    step(sums, { hidden, cell }) {
      const more = fromHidden(hidden);
      const gate = (at: number): number => (sums[at] as number) + (more[at] as number);
      for (let u = 0; u < units; u++) {
        const kept = sigmoid(gate(units + u)) * (cell[u] as number);
        const next = kept + sigmoid(gate(u)) * Math.tanh(gate(3 * units + u));
        cell[u] = next;
        hidden[u] = sigmoid(gate(2 * units + u)) * Math.tanh(next);
      }
    },
  };
}
