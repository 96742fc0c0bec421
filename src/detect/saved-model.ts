import { createHash } from "node:crypto";
import { parseJson } from "../alert/json.ts";
import { own } from "../alert/own.ts";
import type { SavedModel } from "./detector.ts";

const MAGIC = 0x58534d43; // "CMSX", little-endian: with a digest
const MAGIC_BEFORE = 0x57534d43; // "CMSW": models of earlier versions have none
const PREFIX = 8;
const DIGEST = 32;

/** Thrown for bytes or a header that this version cannot read; the message says what was found and what was expected. */
export class SavedModelError extends Error {
  override readonly name = "SavedModelError";
}

/** A saved model as one block: magic, header length, JSON header, weights, SHA-256 of all before it. */
export function encodeSavedModel(saved: SavedModel): Uint8Array {
  const { weights, ...head } = saved;
  const header = new TextEncoder().encode(JSON.stringify(head));
  const bytes = new Uint8Array(PREFIX + header.length + weights.length + DIGEST);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, header.length, true);
  bytes.set(header, PREFIX);
  bytes.set(weights, PREFIX + header.length);
  bytes.set(digestOf(bytes.subarray(0, -DIGEST)), bytes.length - DIGEST);
  return bytes;
}

/** @throws SavedModelError when these are not the bytes of a saved model, they were cut short, or any was changed. */
export function decodeSavedModel(given: Uint8Array): SavedModel {
  const bytes = withoutDigest(given);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(4, true);
  if (PREFIX + length > bytes.length) {
    throw new SavedModelError(
      `a model that was cut short: its header needs ${length} bytes, ${bytes.length} are there`,
    );
  }
  let head: Omit<SavedModel, "weights">;
  try {
    head = parseJson(new TextDecoder().decode(bytes.subarray(PREFIX, PREFIX + length))) as typeof head;
  } catch (error) {
    throw new SavedModelError("a model whose header is not readable", { cause: error });
  }
  return { ...head, weights: new Uint8Array(bytes.subarray(PREFIX + length)) };
}

/** @throws SavedModelError when the digest does not fit */
function withoutDigest(bytes: Uint8Array): Uint8Array {
  const magic = bytes.length < PREFIX ? null : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  if (magic === MAGIC_BEFORE) {
    return bytes;
  }
  if (magic !== MAGIC) {
    throw new SavedModelError("not a model of cmswatch: the first bytes are not its mark");
  }
  if (bytes.length < PREFIX + DIGEST) {
    throw new SavedModelError("a model that was cut short: its digest is missing");
  }
  const body = bytes.subarray(0, -DIGEST);
  if (Buffer.compare(digestOf(body), bytes.subarray(-DIGEST)) !== 0) {
    throw new SavedModelError("a model that was cut short or damaged: its digest does not fit");
  }
  return body;
}

function digestOf(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(bytes).digest();
}

/** @throws SavedModelError unless the model is of this detector and format. */
export function expectFormat(saved: SavedModel, detector: string, format: number): void {
  if (saved.detector !== detector) {
    throw new SavedModelError(`a model of detector "${saved.detector}", expected "${detector}"`);
  }
  if (saved.format !== format) {
    throw new SavedModelError(
      `format ${saved.format} of detector "${detector}", this version reads ${format}: train it again`,
    );
  }
}

/** Arrays of one model as bytes, with the lengths that {@link unpackArrays} needs. */
export function packArrays(arrays: Readonly<Record<string, Float64Array>>): {
  readonly lengths: Record<string, number>;
  readonly weights: Uint8Array;
} {
  const names = Object.keys(arrays);
  const lengths = Object.fromEntries(names.map((name) => [name, own(arrays, name)?.length ?? 0]));
  const all = new Float64Array(Object.values(lengths).reduce((sum, length) => sum + length, 0));
  let at = 0;
  for (const name of names) {
    all.set(own(arrays, name) ?? [], at);
    at += own(lengths, name) ?? 0;
  }
  return { lengths, weights: new Uint8Array(all.buffer) };
}

/** The arrays of {@link packArrays}, by name. @throws SavedModelError when bytes are missing or left over. */
export function unpackArrays(
  lengths: unknown,
  weights: Uint8Array,
): (name: string, expectedLength?: number) => Float64Array {
  const layout = Object.entries((lengths ?? {}) as Record<string, number>);
  const total = layout.reduce((sum, [, length]) => sum + length, 0);
  if (total * 8 !== weights.byteLength) {
    throw new SavedModelError(`weights of ${weights.byteLength} bytes where the header names ${total * 8}`);
  }
  const all = new Float64Array(new Uint8Array(weights).buffer);
  const found = new Map<string, Float64Array>();
  let at = 0;
  for (const [name, length] of layout) {
    found.set(name, all.slice(at, at + length));
    at += length;
  }
  return (name, expectedLength) => {
    const array = found.get(name);
    if (array === undefined || (expectedLength !== undefined && array.length !== expectedLength)) {
      throw new SavedModelError(`weights "${name}" are missing or of another size`);
    }
    return array;
  };
}
