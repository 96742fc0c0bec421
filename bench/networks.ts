// Speed of the four networks: training on each backend that can, scoring row by row. See bench/README.md.
// usage: tsx bench/networks.ts [--windows 20000] [--metrics 3] [--only aefc,aecnn] [--stock]
import { cpus, totalmem } from "node:os";
import { parseArgs } from "node:util";
import type { Tensor, Tensor3D } from "@tensorflow/tfjs";
import * as stock from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import { openBackend, type TensorFlow } from "../src/detect/backend/prepare.ts";
import { seededRandom } from "../src/detect/math/random.ts";
import type { Architecture } from "../src/detect/models/network-core/architecture.ts";
import { weightCount } from "../src/detect/models/network-core/architecture.ts";
import { glorotUniform } from "../src/detect/models/network-core/random.ts";
import { trainNetwork } from "../src/detect/models/network-core/training.ts";
import { architectures } from "../src/detect/models/networks.ts";

const { values } = parseArgs({
  options: {
    windows: { type: "string", default: "20000" },
    metrics: { type: "string", default: "3" },
    only: { type: "string", default: architectures.map((network) => network.name).join(",") },
    stock: { type: "boolean", default: false },
  },
});
const windows = Number(values.windows);
const metrics = Number(values.metrics);
const chosen = architectures.filter((network) => values.only.split(",").includes(network.name));
const REPEATS = 3;
const STEPS_TIMED = 8;
const ROWS_SCORED = 4000;

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

function rows(count: number): Float32Array {
  const random = seededRandom(7);
  return Float32Array.from({ length: count * metrics }, (_, i) => Math.sin(i / 40) + random() - 0.5);
}

/** Time on the wall, and of the processor, which a busy machine does not stretch as much. */
interface Timed {
  readonly wall: number;
  readonly processor: number;
}

async function timeOf(run: () => unknown): Promise<Timed> {
  const before = process.cpuUsage();
  const began = performance.now();
  await run();
  const { user, system } = process.cpuUsage(before);
  return { wall: (performance.now() - began) / 1000, processor: (user + system) / 1e6 };
}

async function medianTime(run: () => unknown): Promise<Timed> {
  const timed: Timed[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    timed.push(await timeOf(run));
  }
  return { wall: median(timed.map((t) => t.wall)), processor: median(timed.map((t) => t.processor)) };
}

/** A sweep over `windows` windows, from a run over fewer: whole training, with batches, Adam and validation. */
async function epochTime(tf: TensorFlow, network: Architecture): Promise<string> {
  const fewer = Math.min(windows, network.batch * STEPS_TIMED);
  const count = Math.ceil((fewer + network.span) / 0.85);
  const data = { rows: count, metrics, inputs: rows(count) };
  const time = await medianTime(() => trainNetwork(tf, network, data, { epochs: 1, random: seededRandom(1) }));
  const factor = windows / fewer;
  return `${(time.wall * factor).toFixed(1)} s (${(time.processor * factor).toFixed(1)} s of processor)`;
}

function startWeights(network: Architecture): Float32Array[] {
  const random = seededRandom(1);
  return network.weights(metrics).map((spec) => {
    const [fanIn, fanOut] = spec.fan ?? [1, 1e6];
    return glorotUniform(weightCount(spec), fanIn, fanOut, random);
  });
}

/** Rows a second, one row at a time as they come. */
async function rowsPerSecond(network: Architecture): Promise<string> {
  const stepper = network.stepper(startWeights(network), metrics, 0);
  const input = rows(ROWS_SCORED);
  const time = await medianTime(() => {
    for (let row = 0; row < ROWS_SCORED; row++) {
      stepper.push(input.subarray(row * metrics, (row + 1) * metrics));
    }
  });
  return `${(ROWS_SCORED / time.wall).toFixed(0)} rows/s (${(ROWS_SCORED / time.processor).toFixed(0)} a processor second)`;
}

/** Rows a second when TensorFlow.js is called with one window at a time. */
function windowsPerSecond(tf: TensorFlow, network: Architecture): number {
  const specs = network.weights(metrics);
  const weights = startWeights(network).map((w, i) => tf.tensor(w, [...(specs[i]?.shape ?? [])])) as Tensor[];
  const input = rows(network.span);
  const calls = 50;
  const began = performance.now();
  for (let call = 0; call < calls; call++) {
    const window: Tensor3D = tf.tensor3d(input, [1, network.span, metrics]);
    const expected = tf.tidy(() => network.expected(tf, weights, window));
    expected.dataSync();
    tf.dispose([expected, window]);
  }
  const seconds = (performance.now() - began) / 1000;
  tf.dispose(weights);
  return calls / seconds;
}

async function onBackend(name: string, tf: TensorFlow): Promise<void> {
  for (const network of chosen) {
    let training: string;
    try {
      training = await epochTime(tf, network);
    } catch (error) {
      training = `cannot train: ${error instanceof Error ? error.message.split("\n")[0] : error}`;
    }
    const scoring = windowsPerSecond(tf, network).toFixed(0);
    console.log(`${network.name.padEnd(7)} ${name.padEnd(11)} epoch ${training}, one window a call: ${scoring}/s`);
  }
}

const cpu = cpus()[0];
console.log(
  `${cpus().length} × ${cpu?.model.trim()}, ${(totalmem() / 2 ** 30).toFixed(0)} GB, Node ${process.version}`,
);
console.log(`an epoch is ${windows} windows of 60 rows × ${metrics} metrics; medians of ${REPEATS}`);
for (const network of chosen) {
  console.log(`${network.name.padEnd(7)} row by row  batch ${network.batch}, ${await rowsPerSecond(network)}`);
}
if (values.stock) {
  // Before our kernels are registered. The cpu backend is slow beyond use, so both are measured only when asked for.
  stock.env().set("IS_TEST", true);
  for (const name of ["cpu", "wasm"]) {
    await stock.setBackend(name);
    await onBackend(`stock ${name}`, stock);
  }
}
const { tf: wasm } = await openBackend({ wanted: "wasm" });
await onBackend("wasm", wasm);
try {
  await onBackend("native", (await openBackend({ wanted: "native" })).tf);
} catch (error) {
  console.log(error instanceof Error ? error.message.split("\n")[0] : String(error));
}
