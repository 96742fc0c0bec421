import { type Code, f32x4, i32, increase, type KernelSource, local, repeatWhile, type Variables } from "./assembler.ts";

const BYTES = 16;
const get = local.get;

/** Beyond ±40 the exponential of 32-bit floats tells a sigmoid nothing more. */
const FARTHEST = 40;
/** Adding it rounds to a whole number, which then lies in the lowest bits. */
const ROUNDER = 1.5 * 2 ** 23;
/** ln 2 in two parts, the first of few bits, so that a whole number times it is exact. */
const LN2_HIGH = 0.693359375;
const LN2_LOW = Math.LN2 - LN2_HIGH;
/** Σ rᵏ / k! up to k = 6: for |r| ≤ ln 2 / 2 within 2e-7 of the exponential, which is what 32 bits hold. */
const SERIES = [1 / 720, 1 / 120, 1 / 24, 1 / 6, 1 / 2, 1, 1];

/** Working variables of one exponential, and constants, which are made once: an engine makes them again at each use. */
interface Work {
  readonly x: number;
  readonly whole: number;
  readonly constants: ReadonlyMap<number, number>;
}

const CONSTANTS = [FARTHEST, -FARTHEST, Math.LOG2E, ROUNDER, LN2_HIGH, LN2_LOW, ...SERIES, 2];

function makeWork({ make }: Variables): { readonly work: Work; readonly setUp: Code } {
  const constants = new Map(CONSTANTS.map((value) => [value, make("v128")]));
  const setUp = [...constants].flatMap(([value, at]) => [...f32x4.constant(value), ...local.set(at)]);
  return { work: { x: make("v128"), whole: make("v128"), constants }, setUp };
}

const constant = (work: Work, value: number): Code => get(work.constants.get(value) as number);

/** exp of the local `x` (clamped to ±FARTHEST): 2ⁿ · exp(r). Leaves the result on the stack. */
function exponential(work: Work): Code {
  const { x, whole } = work;
  const scaled = [
    ...get(x),
    ...constant(work, Math.LOG2E),
    ...f32x4.multiply,
    ...constant(work, ROUNDER),
    ...f32x4.add,
  ];
  const part = (factor: number): Code => [
    ...get(x),
    ...get(whole),
    ...constant(work, ROUNDER),
    ...f32x4.subtract,
    ...constant(work, factor),
    ...f32x4.multiply,
    ...f32x4.subtract,
    ...local.set(x),
  ];
  const [highest, ...rest] = SERIES as [number, ...number[]];
  const series = rest.flatMap((factor) => [...get(x), ...f32x4.multiply, ...constant(work, factor), ...f32x4.add]);
  return [
    ...get(x),
    ...constant(work, FARTHEST),
    ...f32x4.lower,
    ...constant(work, -FARTHEST),
    ...f32x4.higher,
    ...local.set(x),
    ...scaled,
    ...local.set(whole),
    ...part(LN2_HIGH),
    ...part(LN2_LOW),
    ...constant(work, highest),
    ...series,
    ...get(whole),
    ...i32.constant(23),
    ...f32x4.shiftLeft,
    ...f32x4.addWhole,
  ];
}

/** 1 / (1 + exp(−x)) of what `value` leaves on the stack. */
function sigmoid(work: Work, value: Code): Code {
  const one = constant(work, 1);
  return [
    ...one,
    ...value,
    ...f32x4.negate,
    ...local.set(work.x),
    ...exponential(work),
    ...one,
    ...f32x4.add,
    ...f32x4.divide,
  ];
}

/** 1 − 2 / (1 + exp(2x)) */
function hyperbolicTangent(work: Work, value: Code): Code {
  const two = constant(work, 2);
  return [
    ...constant(work, 1),
    ...two,
    ...value,
    ...two,
    ...f32x4.multiply,
    ...local.set(work.x),
    ...exponential(work),
    ...constant(work, 1),
    ...f32x4.add,
    ...f32x4.divide,
    ...f32x4.subtract,
  ];
}

/** Runs `body` for the units of each row; the gates of a row are four times as long. */
function eachRow(
  gates: number,
  pointers: readonly number[],
  end: number,
  width: number,
  rowEnd: number,
  body: Code,
): Code {
  const first = pointers[0] as number;
  const unit = repeatWhile(
    [...body, ...[gates, ...pointers].flatMap((pointer) => increase(pointer, i32.constant(BYTES)))],
    [...get(first), ...get(rowEnd), ...i32.lessUnsigned],
  );
  const row = [...get(first), ...get(width), ...i32.add, ...local.set(rowEnd)];
  const skip = Array.from({ length: 3 }, () => increase(gates, get(width))).flat();
  return repeatWhile([...row, ...unit, ...skip], [...get(first), ...get(end), ...i32.lessUnsigned]);
}

/** Address of a gate's values of these units: input, forget, output and candidate lie `width` bytes apart. */
function gateAddress(gates: number, gate: number, width: number): Code {
  return gate === 0 ? get(gates) : [...get(gates), ...get(width), ...i32.constant(gate), ...i32.multiply, ...i32.add];
}

/**
 * A step of an LSTM's cell for all rows. Parameters: gates [rows, 4 · width], the gates' sums, replaced by their values; cell before, cell,
 * tanh of the cell, hidden state, each [rows, width]; the end of cell before; width of a row in bytes.
 */
export const lstmStep: KernelSource = {
  name: "lstmStep",
  parameters: ["i32", "i32", "i32", "i32", "i32", "i32", "i32"],
  body(variables) {
    const { make } = variables;
    const [gates, before, cell, squashed, hidden, end, width] = [0, 1, 2, 3, 4, 5, 6];
    const { work, setUp } = makeWork(variables);
    const [input, forget, output, candidate, value] = [1, 2, 3, 4, 5].map(() => make("v128")) as [
      number,
      number,
      number,
      number,
      number,
    ];
    const gate = (at: number, to: number, activation: (work: Work, value: Code) => Code): Code => [
      ...activation(work, [...gateAddress(gates, at, width), ...f32x4.load()]),
      ...local.set(to),
      ...gateAddress(gates, at, width),
      ...get(to),
      ...f32x4.store(),
    ];
    const keep = (pointer: number): Code => [...get(pointer), ...get(value), ...f32x4.store()];
    const body = [
      ...gate(0, input, sigmoid),
      ...gate(1, forget, sigmoid),
      ...gate(2, output, sigmoid),
      ...gate(3, candidate, hyperbolicTangent),
      ...get(before),
      ...f32x4.load(),
      ...get(forget),
      ...f32x4.multiply,
      ...get(input),
      ...get(candidate),
      ...f32x4.multiply,
      ...f32x4.add,
      ...local.set(value),
      ...keep(cell),
      ...hyperbolicTangent(work, get(value)),
      ...local.set(value),
      ...keep(squashed),
      ...get(hidden),
      ...get(value),
      ...get(output),
      ...f32x4.multiply,
      ...f32x4.store(),
    ];
    return [...setUp, ...eachRow(gates, [before, cell, squashed, hidden], end, width, make("i32"), body)];
  },
};

/**
 * The same step backwards. Parameters: gates' values, replaced by the gradients of their sums; cell before, tanh of the cell, gradient of
 * the hidden state, gradient of the cell (replaced by that of the cell before); the end of cell before; width of a row in bytes.
 */
export const lstmStepGradient: KernelSource = {
  name: "lstmStepGradient",
  parameters: ["i32", "i32", "i32", "i32", "i32", "i32", "i32"],
  body({ make }) {
    const [gates, before, squashed, hiddenGradient, cellGradient, end, width] = [0, 1, 2, 3, 4, 5, 6];
    const [input, forget, output, candidate, tangent, hidden, cell] = [1, 2, 3, 4, 5, 6, 7].map(() => make("v128")) as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const read = (address: Code, to: number): Code => [...address, ...f32x4.load(), ...local.set(to)];
    const ones = make("v128");
    const one = get(ones);
    /** value · (1 − value), the slope of a sigmoid. */
    const sigmoidSlope = (value: number): Code => [
      ...get(value),
      ...one,
      ...get(value),
      ...f32x4.subtract,
      ...f32x4.multiply,
    ];
    /** 1 − value², the slope of tanh. */
    const tangentSlope = (value: number): Code => [
      ...one,
      ...get(value),
      ...get(value),
      ...f32x4.multiply,
      ...f32x4.subtract,
    ];
    const write = (gate: number, upstream: Code, slope: Code): Code => [
      ...gateAddress(gates, gate, width),
      ...upstream,
      ...slope,
      ...f32x4.multiply,
      ...f32x4.store(),
    ];
    const product = (a: number, b: Code): Code => [...get(a), ...b, ...f32x4.multiply];
    const body = [
      ...[input, forget, output, candidate].flatMap((to, gate) => read(gateAddress(gates, gate, width), to)),
      ...read(get(squashed), tangent),
      ...read(get(hiddenGradient), hidden),
      ...get(cellGradient),
      ...f32x4.load(),
      ...product(hidden, get(output)),
      ...tangentSlope(tangent),
      ...f32x4.multiply,
      ...f32x4.add,
      ...local.set(cell),
      ...write(0, product(cell, get(candidate)), sigmoidSlope(input)),
      ...write(1, product(cell, [...get(before), ...f32x4.load()]), sigmoidSlope(forget)),
      ...write(2, product(hidden, get(tangent)), sigmoidSlope(output)),
      ...write(3, product(cell, get(input)), tangentSlope(candidate)),
      ...get(cellGradient),
      ...product(cell, get(forget)),
      ...f32x4.store(),
    ];
    const rows = eachRow(gates, [before, squashed, hiddenGradient, cellGradient], end, width, make("i32"), body);
    return [...f32x4.constant(1), ...local.set(ones), ...rows];
  },
};
