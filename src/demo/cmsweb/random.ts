const UINT32 = 4_294_967_296;

/** A stream of random numbers by index, chosen by a seed and a name (FNV-1a over the text). */
export function streamKey(seed: number, name: string): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let index = 0; index < name.length; index++) {
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193);
  }
  return mix(hash);
}

/** Uniform in [0, 1): the stream's number at an index, the same whenever it is asked. */
export function uniform(key: number, index: number): number {
  return mix(mix(key ^ (index | 0)) ^ Math.floor(index / UINT32)) / UINT32;
}

/** Standard normal (Box–Muller on two uniforms of the index). */
export function normal(key: number, index: number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - uniform(key, index * 2)));
  return radius * Math.cos(2 * Math.PI * uniform(key, index * 2 + 1));
}

/** Smooth noise in [-1, 1]: random knots every `period` seconds, joined by smoothstep. */
export function smoothNoise(key: number, seconds: number, period: number): number {
  const position = seconds / period;
  const knot = Math.floor(position);
  const part = position - knot;
  const weight = part * part * (3 - 2 * part);
  const left = uniform(key, knot) * 2 - 1;
  const right = uniform(key, knot + 1) * 2 - 1;
  return left + (right - left) * weight;
}

/** Finaliser of MurmurHash3 (32 bit, public domain): every input bit changes half of the output bits. */
function mix(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
