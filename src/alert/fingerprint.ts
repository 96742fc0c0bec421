import type { Labels } from "./alert.ts";

const FNV_OFFSET = 0xcbf29ce484222325n;
const FNV_PRIME = 0x100000001b3n;
const MASK = 0xffffffffffffffffn;
const SEPARATOR = 0xff;

/**
 * Identity of a label set as Alertmanager computes it: 64-bit FNV-1a over the names in byte order,
 * each `name 0xff value 0xff`, as 16 hexadecimal digits.
 * Source: prometheus/common, model/fnv.go and model/signature.go.
 */
export function fingerprint(labels: Labels): string {
  const encoder = new TextEncoder();
  const pairs = Object.entries(labels)
    .map(([name, value]) => [encoder.encode(name), encoder.encode(value)] as const)
    .sort((left, right) => Buffer.compare(left[0], right[0]));
  let hash = FNV_OFFSET;
  const mix = (byte: number) => {
    hash = ((hash ^ BigInt(byte)) * FNV_PRIME) & MASK;
  };
  for (const [name, value] of pairs) {
    name.forEach(mix);
    mix(SEPARATOR);
    value.forEach(mix);
    mix(SEPARATOR);
  }
  return hash.toString(16).padStart(16, "0");
}
