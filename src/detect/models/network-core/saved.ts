import { z } from "zod";
import type { SavedModel } from "../../detector.ts";
import { expectFormat, SavedModelError } from "../../saved-model.ts";
import type { Architecture } from "./architecture.ts";
import type { Floor } from "./floor.ts";
import type { Preparation } from "./preparation.ts";
import type { Surprise } from "./surprise.ts";
import { weightCount } from "./weight-spec.ts";

/** Version of the bytes and the header; a change that older models do not survive raises it. */
export const NETWORK_FORMAT = 3;

const numbers = z.array(z.number());

const distances = z.object({ factor: numbers, variance: numbers, usual: numbers });

const headerSchema = z.object({
  preparation: z.object({ mean: numbers, scale: numbers, floor: numbers, rate: z.number() }),
  adapted: z.object({ mean: numbers, variance: numbers, last: numbers }),
  surprise: distances,
  plain: distances,
  floor: z.object({ mean: numbers, scale: numbers, precision: numbers, usual: z.number().positive() }),
  weights: z.array(z.object({ name: z.string(), shape: z.array(z.number().int().positive()) })),
});

/** Everything a network model is, apart from its architecture. */
export interface NetworkParts {
  readonly metrics: readonly string[];
  readonly preparation: Preparation;
  /** The running mean and scale as training left them: where scoring starts. */
  readonly adapted: z.infer<typeof headerSchema>["adapted"];
  readonly surprise: Surprise;
  /** The same of the rows themselves: where a network has learnt little, this still knows what is far from history. */
  readonly plain: Surprise;
  /** The distance to history that no ranking may fall below. */
  readonly floor: Floor;
  readonly weights: readonly Float32Array[];
}

/** Bytes of the weights, little-endian float32, in the order of the architecture. */
export function saveNetwork(network: Architecture, parts: NetworkParts): SavedModel {
  const specs = network.weights(parts.metrics.length);
  const total = parts.weights.reduce((sum, w) => sum + w.length, 0);
  const bytes = new Uint8Array(total * 4);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const block of parts.weights) {
    for (const value of block) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  }
  const { preparation, adapted, surprise, plain, floor } = parts;
  const weights = specs.map(({ name, shape }) => ({ name, shape }));
  return {
    format: NETWORK_FORMAT,
    detector: network.name,
    metrics: parts.metrics,
    header: { preparation, adapted, surprise, plain, floor, weights },
    weights: bytes,
  };
}

/** @throws SavedModelError for another detector or format, a damaged header, or weights of another size. */
export function loadNetwork(network: Architecture, saved: SavedModel): NetworkParts {
  expectFormat(saved, network.name, NETWORK_FORMAT);
  const parsed = headerSchema.safeParse(saved.header);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new SavedModelError(
      `the ${network.name} model's header is damaged at ${issue?.path.join(".")}: ${issue?.message}`,
    );
  }
  const metrics = saved.metrics.length;
  const specs = network.weights(metrics);
  const expected = specs.map((spec) => `${spec.name}[${spec.shape.join(",")}]`).join(" ");
  const found = parsed.data.weights.map((weight) => `${weight.name}[${weight.shape.join(",")}]`).join(" ");
  if (found !== expected) {
    throw new SavedModelError(
      `the ${network.name} model has other layers than this version: ${found} instead of ${expected}`,
    );
  }
  const bytes = specs.reduce((sum, spec) => sum + weightCount(spec) * 4, 0);
  if (saved.weights.byteLength !== bytes) {
    throw new SavedModelError(
      `the ${network.name} model has ${saved.weights.byteLength} bytes of weights instead of ${bytes}`,
    );
  }
  const { preparation, adapted, surprise, plain, floor } = parsed.data;
  const squares = [surprise.factor, plain.factor, floor.precision];
  const rows = [preparation.mean, floor.mean, floor.scale];
  if (rows.some(({ length }) => length !== metrics) || squares.some(({ length }) => length !== metrics * metrics)) {
    throw new SavedModelError(`the ${network.name} model's header does not fit its ${metrics} metrics`);
  }
  const view = new DataView(saved.weights.buffer, saved.weights.byteOffset, bytes);
  let at = 0;
  const weights = specs.map((spec) => {
    const block = new Float32Array(weightCount(spec));
    for (let i = 0; i < block.length; i++, at += 4) {
      block[i] = view.getFloat32(at, true);
    }
    return block;
  });
  return { metrics: saved.metrics, preparation, adapted, surprise, plain, floor, weights };
}
