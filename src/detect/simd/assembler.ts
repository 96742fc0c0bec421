/**
 * As much of an assembler for WebAssembly as the kernels need. Opcodes as in the WebAssembly 2.0 specification, sections
 * 5.4 and 5.5. Code is a list of bytes; an operation's arguments are pushed before it, as in the text format turned inside out.
 */
export type Code = readonly number[];

export type ValueType = "i32" | "f32" | "v128";

const TYPES: Readonly<Record<ValueType, number>> = { i32: 0x7f, f32: 0x7d, v128: 0x7b };

export function unsigned(value: number): Code {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)];
}

function signed(value: number): Code {
  const last = value >= -64 && value < 64;
  return last ? [value & 127] : [(value & 127) | 128, ...signed(value >> 7)];
}

function floatBytes(value: number): Code {
  return [...new Uint8Array(Float32Array.of(value).buffer)];
}

const simd = (opcode: number): Code => [0xfd, ...unsigned(opcode)];
/** A memory operation on values of four bytes each, `offset` bytes from the address. */
const at = (opcode: number, offset: number): Code => [...simd(opcode), 2, ...unsigned(offset)];

export const local = {
  get: (index: number): Code => [0x20, ...unsigned(index)],
  set: (index: number): Code => [0x21, ...unsigned(index)],
};

export const i32 = {
  constant: (value: number): Code => [0x41, ...signed(value)],
  add: [0x6a] as Code,
  subtract: [0x6b] as Code,
  multiply: [0x6c] as Code,
  lessUnsigned: [0x49] as Code,
  atLeast: [0x4e] as Code,
};

export const f32x4 = {
  constant: (value: number): Code => {
    const bytes = floatBytes(value);
    return [...simd(0x0c), ...bytes, ...bytes, ...bytes, ...bytes];
  },
  load: (offset = 0): Code => at(0x00, offset),
  /** One value from memory in all four lanes. */
  loadSplat: (offset = 0): Code => at(0x09, offset),
  store: (offset = 0): Code => at(0x0b, offset),
  /** The top of the stack, an f32, in all four lanes. */
  splat: simd(0x13),
  greater: simd(0x44),
  atLeast: simd(0x46),
  and: simd(0x4e),
  andNot: simd(0x4f),
  negate: simd(0xe1),
  squareRoot: simd(0xe3),
  add: simd(0xe4),
  subtract: simd(0xe5),
  multiply: simd(0xe6),
  divide: simd(0xe7),
  /** b < a ? b : a, and a < b ? b : a: one instruction each, unlike the minimum and maximum that know NaN and −0. */
  lower: simd(0xea),
  higher: simd(0xeb),
  /** The lanes as whole numbers, shifted left by the i32 on top of the stack. */
  shiftLeft: simd(0xab),
  addWhole: simd(0xae),
};

export function ifThen(condition: Code, then: Code): Code {
  return [...condition, 0x04, 0x40, ...then, 0x0b];
}

/** Runs the body at least once, again while the condition that ends it holds. */
export function repeatWhile(body: Code, condition: Code): Code {
  return [0x03, 0x40, ...body, ...condition, 0x0d, 0x00, 0x0b];
}

/** Adds a constant, or another local, to a local. */
export function increase(index: number, by: Code): Code {
  return [...local.get(index), ...by, ...i32.add, ...local.set(index)];
}

/** Parameters and working variables of one function by name, each an index of WebAssembly's locals. */
export interface Variables {
  /** Index of a new variable. */
  make(type: ValueType): number;
}

export interface KernelSource {
  readonly name: string;
  readonly parameters: readonly ValueType[];
  /** The body; parameters are the locals 0, 1, 2 … */
  readonly body: (variables: Variables) => Code;
}

function section(id: number, content: Code): Code {
  return [id, ...unsigned(content.length), ...content];
}

function vector(items: readonly Code[]): Code {
  return [...unsigned(items.length), ...items.flat()];
}

function text(value: string): Code {
  const bytes = [...new TextEncoder().encode(value)];
  return [...unsigned(bytes.length), ...bytes];
}

function functionCode({ parameters, body }: KernelSource): Code {
  const made: ValueType[] = [];
  const code = body({ make: (type) => parameters.length + made.push(type) - 1 });
  const whole = [...vector(made.map((type) => [1, TYPES[type]])), ...code, 0x0b];
  return [...unsigned(whole.length), ...whole];
}

/** The bytes of a module that imports the memory "memory" of "host" and exports each kernel, none of which returns a value. */
export function assemble(kernels: readonly KernelSource[]): Uint8Array {
  const types = kernels.map(({ parameters }) => [0x60, ...vector(parameters.map((type) => [TYPES[type]])), 0]);
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector(types)),
    ...section(2, vector([[...text("host"), ...text("memory"), 2, 0, 1]])),
    ...section(3, vector(kernels.map((_, index) => unsigned(index)))),
    ...section(7, vector(kernels.map(({ name }, index) => [...text(name), 0, ...unsigned(index)]))),
    ...section(10, vector(kernels.map(functionCode))),
  ]);
}
