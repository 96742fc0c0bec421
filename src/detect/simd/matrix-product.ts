import {
  type Code,
  f32x4,
  i32,
  ifThen,
  increase,
  type KernelSource,
  local,
  repeatWhile,
  type Variables,
} from "./assembler.ts";

const BYTES = 16;
/** Rows and vectors of one tile: 4 × 2 sums, two vectors of b and one value of a fill the sixteen registers of x86. */
const TILE_ROWS = 4;
const TILE_VECTORS = 2;

// Parameters, in bytes where they are addresses or distances.
const [A, A_ROW, A_STEP, B, B_STEP, START, START_ROW, C, C_ROW, ROWS, COLUMNS, STEPS, FLOOR] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
] as const;

interface Registers {
  readonly sums: readonly number[];
  readonly b: readonly number[];
  readonly a: readonly number[];
  readonly value: number;
  readonly bAt: number;
  readonly step: number;
  readonly floor: number;
  readonly tileA: number;
  readonly tileStart: number;
  readonly tileC: number;
  readonly rowsLeft: number;
}

function registers({ make }: Variables): Registers {
  const many = (count: number, type: "i32" | "v128") => Array.from({ length: count }, () => make(type));
  return {
    sums: many(TILE_ROWS * TILE_VECTORS, "v128"),
    b: many(TILE_VECTORS, "v128"),
    a: many(TILE_ROWS, "i32"),
    value: make("v128"),
    bAt: make("i32"),
    step: make("i32"),
    floor: make("v128"),
    tileA: make("i32"),
    tileStart: make("i32"),
    tileC: make("i32"),
    rowsLeft: make("i32"),
  };
}

/** base + row · distance */
function rowAddress(base: number, row: number, distance: number): Code {
  return [...local.get(base), ...i32.constant(row), ...local.get(distance), ...i32.multiply, ...i32.add];
}

/** One tile: sums begin with `start`, take a · b step by step, and are stored, at least `floor`. */
function tile(r: Registers, rows: number, vectors: number): Code {
  const cells = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: vectors }, (__, vector) => ({
      row,
      vector,
      sum: r.sums[row * TILE_VECTORS + vector] as number,
    })),
  ).flat();
  const a = (row: number): number => r.a[row] as number;
  const b = (vector: number): number => r.b[vector] as number;
  const begin = cells.flatMap(({ row, vector, sum }) => [
    ...rowAddress(r.tileStart, row, START_ROW),
    ...f32x4.load(vector * BYTES),
    ...local.set(sum),
  ]);
  const pointers = Array.from({ length: rows }, (_, row) => [...rowAddress(r.tileA, row, A_ROW), ...local.set(a(row))]);
  const loads = Array.from({ length: vectors }, (_, vector) => [
    ...local.get(r.bAt),
    ...f32x4.load(vector * BYTES),
    ...local.set(b(vector)),
  ]);
  const products = Array.from({ length: rows }, (_, row) => [
    ...local.get(a(row)),
    ...f32x4.loadSplat(),
    ...local.set(r.value),
    ...cells
      .filter((cell) => cell.row === row)
      .flatMap(({ vector, sum }) => [
        ...local.get(r.value),
        ...local.get(b(vector)),
        ...f32x4.multiply,
        ...local.get(sum),
        ...f32x4.add,
        ...local.set(sum),
      ]),
    ...increase(a(row), local.get(A_STEP)),
  ]);
  const next = [...increase(r.bAt, local.get(B_STEP)), ...increase(r.step, i32.constant(-1)), ...local.get(r.step)];
  const stores = cells.flatMap(({ row, vector, sum }) => [
    ...rowAddress(r.tileC, row, C_ROW),
    ...local.get(sum),
    ...local.get(r.floor),
    ...f32x4.higher,
    ...f32x4.store(vector * BYTES),
  ]);
  const setUp = [...local.get(B), ...local.set(r.bAt), ...local.get(STEPS), ...local.set(r.step)];
  return [
    ...begin,
    ...pointers.flat(),
    ...setUp,
    ...repeatWhile([...loads.flat(), ...products.flat()], next),
    ...stores,
  ];
}

/** Moves on to the rows after a tile of so many. */
function nextRows(r: Registers, rows: number): Code {
  const move = (pointer: number, distance: number) => [...rowAddress(pointer, rows, distance), ...local.set(pointer)];
  return [
    ...move(r.tileA, A_ROW),
    ...move(r.tileStart, START_ROW),
    ...move(r.tileC, C_ROW),
    ...increase(r.rowsLeft, i32.constant(-rows)),
  ];
}

/** All rows of a panel of so many vectors of columns; then the next panel. */
function panel(r: Registers, vectors: number): Code {
  const has = (rows: number): Code => [...local.get(r.rowsLeft), ...i32.constant(rows), ...i32.atLeast];
  const whole = repeatWhile([...tile(r, TILE_ROWS, vectors), ...nextRows(r, TILE_ROWS)], has(TILE_ROWS));
  const rest = [3, 2, 1].flatMap((rows) => ifThen(has(rows), [...tile(r, rows, vectors), ...nextRows(r, rows)]));
  const copies = [
    [A, r.tileA],
    [START, r.tileStart],
    [C, r.tileC],
    [ROWS, r.rowsLeft],
  ] as const;
  return [
    ...copies.flatMap(([from, to]) => [...local.get(from), ...local.set(to)]),
    ...ifThen(has(TILE_ROWS), whole),
    ...rest,
    ...[B, START, C].flatMap((pointer) => increase(pointer, i32.constant(vectors * BYTES))),
    ...increase(COLUMNS, i32.constant((-vectors * BYTES) / 4)),
  ];
}

/**
 * c = max(start + a · b, floor). Addresses and distances in bytes; a is read one value at a time, at `row` and `step`
 * distances, so that it can be turned or overlap itself; rows of b, start and c are contiguous and `columns` (a multiple of 4)
 * long. A row distance of 0 for `start` repeats one row, which is how a bias is added.
 */
export const matrixProduct: KernelSource = {
  name: "matrixProduct",
  parameters: ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "f32"],
  body(variables) {
    const r = registers(variables);
    const has = (columns: number): Code => [...local.get(COLUMNS), ...i32.constant(columns), ...i32.atLeast];
    return [
      ...local.get(FLOOR),
      ...f32x4.splat,
      ...local.set(r.floor),
      ...ifThen(has(8), repeatWhile(panel(r, 2), has(8))),
      ...ifThen(has(4), panel(r, 1)),
    ];
  },
};
