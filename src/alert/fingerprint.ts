import type { Labels } from "./alert.ts";
import { own } from "./own.ts";

const OFFSET_HIGH = 0xcbf29ce4;
const OFFSET_LOW = 0x84222325;
/** The FNV prime is 2^40 + 0x1b3: its upper part is a shift by 8 into the upper half. */
const PRIME_LOW = 0x1b3;
const PRIME_SHIFT = 8;
const TWO_TO_32 = 0x1_0000_0000;
const SEPARATOR = 0xff;
const ASCII = /^[\0-\x7f]*$/;
const encoder = new TextEncoder();

/**
 * Identity of a label set as Alertmanager computes it: 64-bit FNV-1a over the names in byte order,
 * each `name 0xff value 0xff`, as 16 hexadecimal digits. A label with an empty value is no label.
 * Source: prometheus/common, model/fnv.go and model/signature.go.
 */
export function fingerprint(labels: Labels): string {
  const names = Object.keys(labels).filter((name) => own(labels, name) !== "");
  names.sort(names.every((name) => ASCII.test(name)) ? undefined : compareBytes);
  const state = { high: OFFSET_HIGH, low: OFFSET_LOW };
  for (const name of names) {
    mixText(state, name);
    mixText(state, own(labels, name) ?? "");
  }
  return hexadecimal(state.high) + hexadecimal(state.low);
}

interface Hash {
  high: number;
  low: number;
}

/** Mixes in the text's UTF-8 bytes and the separator. */
function mixText(state: Hash, text: string): void {
  if (ASCII.test(text)) {
    for (let index = 0; index < text.length; index++) {
      mixByte(state, text.charCodeAt(index));
    }
  } else {
    for (const byte of encoder.encode(text)) {
      mixByte(state, byte);
    }
  }
  mixByte(state, SEPARATOR);
}

/** One step of FNV-1a on two halves of 32 bits: BigInt is some fifty times slower. */
function mixByte(state: Hash, byte: number): void {
  const mixed = (state.low ^ byte) >>> 0;
  const product = mixed * PRIME_LOW;
  const low = product >>> 0;
  const carry = (product - low) / TWO_TO_32;
  state.high = (Math.imul(state.high, PRIME_LOW) + (mixed << PRIME_SHIFT) + carry) >>> 0;
  state.low = low;
}

function compareBytes(left: string, right: string): number {
  return Buffer.compare(encoder.encode(left), encoder.encode(right));
}

function hexadecimal(half: number): string {
  return half.toString(16).padStart(8, "0");
}
