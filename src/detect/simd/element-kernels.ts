import { type Code, f32x4, i32, increase, type KernelSource, local, repeatWhile } from "./assembler.ts";

const BYTES = 16;

/** value[local] as an expression. */
const get = local.get;

/** Runs `body` for each vector up to the address `end`; the pointers move on by one vector. */
function eachVector(pointers: readonly number[], end: number, body: Code): Code {
  const last = pointers[0] as number;
  return repeatWhile(
    [...body, ...pointers.flatMap((pointer) => increase(pointer, i32.constant(BYTES)))],
    [...get(last), ...get(end), ...i32.lessUnsigned],
  );
}

/** gradient = value > 0 ? gradient : 0, of what a rectifier let through; up to the address `end` of gradient. */
export const rectifierGradient: KernelSource = {
  name: "rectifierGradient",
  parameters: ["i32", "i32", "i32"],
  body() {
    const [gradient, value, end] = [0, 1, 2];
    const body = [
      ...get(gradient),
      ...get(gradient),
      ...f32x4.load(),
      ...get(value),
      ...f32x4.load(),
      ...f32x4.constant(0),
      ...f32x4.greater,
      ...f32x4.and,
      ...f32x4.store(),
    ];
    return eachVector([gradient, value], end, body);
  },
};

/** sum = sum + added, up to the address `end` of sum. */
export const addTo: KernelSource = {
  name: "addTo",
  parameters: ["i32", "i32", "i32"],
  body() {
    const [sum, added, end] = [0, 1, 2];
    const body = [...get(sum), ...get(sum), ...f32x4.load(), ...get(added), ...f32x4.load(), ...f32x4.add];
    return eachVector([sum, added], end, [...body, ...f32x4.store()]);
  },
};

const DECAY_1 = 0.9;
const DECAY_2 = 0.999;
const EPSILON = 1e-7;

/**
 * A step of Adam (Kingma and Ba 2015): weights, gradients and both moments, up to the address `end` of weights. `rate` is the learning
 * rate with the corrections of the moments' start.
 */
export const adamStep: KernelSource = {
  name: "adamStep",
  parameters: ["i32", "i32", "i32", "i32", "i32", "f32"],
  body({ make }) {
    const [weight, gradient, first, second, end, rate] = [0, 1, 2, 3, 4, 5];
    const [slope, mean, square, rates] = [make("v128"), make("v128"), make("v128"), make("v128")];
    const constants = new Map(
      [DECAY_1, 1 - DECAY_1, DECAY_2, 1 - DECAY_2, EPSILON].map((value) => [value, make("v128")]),
    );
    const constant = (value: number): Code => get(constants.get(value) as number);
    const setUp = [...constants].flatMap(([value, at]) => [...f32x4.constant(value), ...local.set(at)]);
    const moment = (at: number, decay: number, fresh: Code, to: number): Code => [
      ...get(at),
      ...f32x4.load(),
      ...constant(decay),
      ...f32x4.multiply,
      ...fresh,
      ...constant(1 - decay),
      ...f32x4.multiply,
      ...f32x4.add,
      ...local.set(to),
      ...get(at),
      ...get(to),
      ...f32x4.store(),
    ];
    const body = [
      ...get(gradient),
      ...f32x4.load(),
      ...local.set(slope),
      ...moment(first, DECAY_1, get(slope), mean),
      ...moment(second, DECAY_2, [...get(slope), ...get(slope), ...f32x4.multiply], square),
      ...get(weight),
      ...get(weight),
      ...f32x4.load(),
      ...get(rates),
      ...get(mean),
      ...f32x4.multiply,
      ...get(square),
      ...f32x4.squareRoot,
      ...constant(EPSILON),
      ...f32x4.add,
      ...f32x4.divide,
      ...f32x4.subtract,
      ...f32x4.store(),
    ];
    const spread = [...get(rate), ...f32x4.splat, ...local.set(rates)];
    return [...setUp, ...spread, ...eachVector([weight, gradient, first, second], end, body)];
  },
};

/** The rate that `adamStep` takes for its step number `step` (from 1). */
export function adamRate(learningRate: number, step: number): number {
  return (learningRate * Math.sqrt(1 - DECAY_2 ** step)) / (1 - DECAY_1 ** step);
}

/** The higher of two neighbouring columns of `width` bytes each, pair after pair: pooled up to its address `end`. */
export const poolPairs: KernelSource = {
  name: "poolPairs",
  parameters: ["i32", "i32", "i32", "i32"],
  body({ make }) {
    const [from, pooled, end, width] = [0, 1, 2, 3];
    const columnEnd = make("i32");
    const body = [
      ...get(pooled),
      ...get(from),
      ...f32x4.load(),
      ...get(from),
      ...get(width),
      ...i32.add,
      ...f32x4.load(),
      ...f32x4.higher,
      ...f32x4.store(),
    ];
    const column = [...get(pooled), ...get(width), ...i32.add, ...local.set(columnEnd)];
    return repeatWhile(
      [...column, ...eachVector([pooled, from], columnEnd, body), ...increase(from, get(width))],
      [...get(pooled), ...get(end), ...i32.lessUnsigned],
    );
  },
};

/**
 * Gradient of what a rectifier gave to `poolPairs`: it goes to the higher of the two (the first of equals) where that is above 0.
 * Parameters: rectified values, their gradient, gradient of pooled, the latter's end, width of a column in bytes.
 */
export const poolPairsGradient: KernelSource = {
  name: "poolPairsGradient",
  parameters: ["i32", "i32", "i32", "i32", "i32"],
  body({ make }) {
    const [value, gradient, pooled, end, width] = [0, 1, 2, 3, 4];
    const columnEnd = make("i32");
    const [first, second, slope] = [make("v128"), make("v128"), make("v128")];
    const other = (pointer: number): Code => [...get(pointer), ...get(width), ...i32.add];
    const through = (address: Code, own: number, wins: Code): Code => [
      ...address,
      ...get(slope),
      ...get(own),
      ...f32x4.constant(0),
      ...f32x4.greater,
      ...f32x4.and,
      ...wins,
      ...f32x4.and,
      ...f32x4.store(),
    ];
    const body = [
      ...get(value),
      ...f32x4.load(),
      ...local.set(first),
      ...other(value),
      ...f32x4.load(),
      ...local.set(second),
      ...get(pooled),
      ...f32x4.load(),
      ...local.set(slope),
      ...through(get(gradient), first, [...get(first), ...get(second), ...f32x4.atLeast]),
      ...through(other(gradient), second, [...get(second), ...get(first), ...f32x4.greater]),
    ];
    const column = [...get(pooled), ...get(width), ...i32.add, ...local.set(columnEnd)];
    return repeatWhile(
      [
        ...column,
        ...eachVector([pooled, value, gradient], columnEnd, body),
        ...increase(value, get(width)),
        ...increase(gradient, get(width)),
      ],
      [...get(pooled), ...get(end), ...i32.lessUnsigned],
    );
  },
};
