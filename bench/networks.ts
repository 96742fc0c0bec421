// Training and scoring of the four networks: our vector kernels, TensorFlow.js on each backend, and PyTorch on one thread, in turn.
// usage: tsx bench/networks.ts [--windows 20000] [--metrics 3] [--repeats 5] [--only aefc,aecnn] [--python FILE] [--tensorflow]
//        --python: an interpreter that has torch · --tensorflow: TensorFlow.js as well (slow)
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { openBackend } from "../src/detect/backend/prepare.ts";
import { seededRandom } from "../src/detect/math/random.ts";
import type { Architecture } from "../src/detect/models/network-core/architecture.ts";
import type { Learner } from "../src/detect/models/network-core/learner.ts";
import { tensorLearner } from "../src/detect/models/network-core/tensor-learner.ts";
import { startWeights, trainNetwork } from "../src/detect/models/network-core/training.ts";
import { architectures } from "../src/detect/models/networks.ts";
import { programLearner } from "../src/detect/models/program/learner.ts";
import { borrowKernels } from "../src/detect/simd/kernels.ts";

const { values } = parseArgs({
  options: {
    windows: { type: "string", default: "20000" },
    metrics: { type: "string", default: "3" },
    repeats: { type: "string", default: "5" },
    only: { type: "string", default: architectures.map((network) => network.name).join(",") },
    python: { type: "string", default: "python3" },
    tensorflow: { type: "boolean", default: false },
    results: { type: "string", default: fileURLToPath(new URL("results/networks.json", import.meta.url)) },
  },
});
const windows = Number(values.windows);
const metrics = Number(values.metrics);
const repeats = Number(values.repeats);
const chosen = architectures.filter((network) => values.only.split(",").includes(network.name));
const BATCH = 128;
const SCORED = 4096;
/** Steps that stand for an epoch where a whole one would take minutes. */
const FEW_STEPS = 8;

/** One way to do the same: gives seconds of processor. */
interface Competitor {
  readonly name: string;
  run(network: Architecture): Promise<number>;
}

/** Sets an environment variable before the native library reads it, so that all use one thread. */
for (const name of ["OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"]) {
  process.env[name] ??= "1";
}

async function processorSeconds(run: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function rowsOf(count: number): Float32Array {
  const random = seededRandom(7);
  return Float32Array.from({ length: count * metrics }, (_, i) => Math.sin(i / 40) + random() - 0.5);
}

/** A whole epoch: drawing windows, blanking, Adam, validation on a sixth more. Scaled from the windows that it really takes. */
async function epoch(network: Architecture, learner: Learner, most: number): Promise<number> {
  const rows = Math.ceil((most + network.span) / 0.85) + network.span;
  const data = { rows, metrics, inputs: rowsOf(rows) };
  const held = Math.max(Math.floor(rows * 0.15), network.span);
  const swept = Math.min(rows - held - network.span + 1, Math.floor(2_000_000 / (network.span * metrics)));
  const seconds = await processorSeconds(() =>
    trainNetwork(learner, network, data, { epochs: 1, random: seededRandom(1) }),
  );
  return (seconds * windows) / swept;
}

function ownLearner(network: Architecture): Learner {
  const kernels = borrowKernels();
  if (kernels === null) {
    throw new Error("this engine has no vectors in WebAssembly");
  }
  return programLearner(kernels, network, metrics);
}

const ownTraining: Competitor = {
  name: "cmswatch",
  async run(network) {
    const learner = ownLearner(network);
    const seconds = await epoch(network, learner, windows);
    learner.end();
    return seconds;
  },
};

async function tensorFlow(backend: "wasm" | "native"): Promise<Competitor | null> {
  try {
    const { tf } = await openBackend({ wanted: backend });
    const few = (network: Architecture) =>
      epoch(network, tensorLearner(tf, network, metrics), network.batch * FEW_STEPS);
    return { name: `TensorFlow.js ${backend}`, run: few };
  } catch (error) {
    console.log(`no ${backend}: ${error instanceof Error ? error.message.split("\n")[0] : error}`);
    return null;
  }
}

/** The peer's process, which answers one line with one line. */
class Peer {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(python: string) {
    const script = fileURLToPath(new URL("networks.py", import.meta.url));
    this.#child = spawn(python, [script], { stdio: ["pipe", "pipe", "ignore"] });
    this.#child.on("error", () => {});
    this.#lines = createInterface({ input: this.#child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  }

  async answer(): Promise<Record<string, unknown> | null> {
    const { value, done } = await this.#lines.next();
    return done === true ? null : (JSON.parse(value) as Record<string, unknown>);
  }

  async seconds(network: string, what: "train" | "score", count: number): Promise<number> {
    this.#child.stdin?.write(`${JSON.stringify({ network, what, windows: count, metrics, batch: BATCH })}\n`);
    return Number((await this.answer())?.["seconds"]);
  }

  end(): void {
    this.#child.stdin?.end();
  }
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

/** Medians of what each takes, measured in turn after one run that does not count. */
async function inTurn(network: Architecture, competitors: readonly Competitor[]): Promise<Record<string, number>> {
  const taken = new Map(competitors.map(({ name }): [string, number[]] => [name, []]));
  for (let repeat = 0; repeat <= repeats; repeat++) {
    for (const { name, run } of competitors) {
      const seconds = await run(network);
      if (repeat > 0) {
        taken.get(name)?.push(seconds);
      }
    }
  }
  return Object.fromEntries([...taken].map(([name, seconds]) => [name, median(seconds)]));
}

const rowByRow: Competitor = {
  name: "row by row",
  run(network) {
    const weights = startWeights(network.weights(metrics), seededRandom(1));
    const stepper = network.stepper(weights, metrics, 0);
    const input = rowsOf(SCORED);
    return processorSeconds(() => {
      for (let row = 0; row < SCORED; row++) {
        stepper.push(input.subarray(row * metrics, (row + 1) * metrics));
      }
    });
  },
};

const peer = new Peer(values.python);
const version = (await peer.answer())?.["version"] ?? null;
const tensors = values.tensorflow ? [await tensorFlow("wasm"), await tensorFlow("native")] : [];
const trainPeer = { name: "PyTorch", run: ({ name }: Architecture) => peer.seconds(name, "train", windows) };
const scorePeer = { name: "PyTorch", run: ({ name }: Architecture) => peer.seconds(name, "score", SCORED) };
const peers = (competitor: Competitor) => (version === null ? [] : [competitor]);
const training = [ownTraining, ...tensors.filter((competitor) => competitor !== null), ...peers(trainPeer)];
const scoring = [rowByRow, ...peers(scorePeer)];

const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, ${(totalmem() / 2 ** 30).toFixed(0)} GB, Node ${process.version}`;
console.log(machine);
console.log(
  `${windows} windows of 60 rows × ${metrics} metrics, medians of ${repeats} in turn, seconds of processor on one thread; ` +
    (version === null ? `no PyTorch: ${values.python} has no torch` : `PyTorch ${version}, batch ${BATCH}`),
);
const results: Record<string, unknown> = { machine, windows, metrics, repeats, pytorch: version };
for (const network of chosen) {
  const epochs = await inTurn(network, training);
  const scores = await inTurn(network, scoring);
  const perSecond = Object.fromEntries(
    Object.entries(scores).map(([name, seconds]) => [name, Math.round(SCORED / seconds)]),
  );
  results[network.name] = { epochSeconds: epochs, scoredPerSecond: perSecond };
  const ratio = (epochs["cmswatch"] as number) / (epochs["PyTorch"] ?? Number.NaN);
  const list = (of: Record<string, number>) =>
    Object.entries(of)
      .map(([name, value]) => `${name} ${value < 100 ? value.toFixed(2) : value}`)
      .join(" · ");
  console.log(`${network.name.padEnd(7)} epoch: ${list(epochs)} (ratio ${ratio.toFixed(2)})`);
  console.log(`${"".padEnd(7)} windows scored a second: ${list(perSecond)}`);
}
peer.end();
mkdirSync(new URL("results/", import.meta.url), { recursive: true });
writeFileSync(values.results, `${JSON.stringify(results, null, 2)}\n`);
