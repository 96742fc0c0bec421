import { createHash } from "node:crypto";
import { parseJson } from "./json.ts";

/** Thrown for text that was changed after it was sealed. */
export class SealError extends Error {
  override readonly name = "SealError";
}

/** A value as JSON with the SHA-256 of its own text, so that a damaged file is not taken for a whole one. */
export function sealJson(value: object): string {
  const text = JSON.stringify(value);
  return `{"sha256":"${digestOf(text)}","value":${text}}`;
}

/** @throws SealError when the digest does not fit @throws SyntaxError for text that is not JSON */
export function openSealedJson(text: string): unknown {
  const [head = "", digest] = /^\{"sha256":"([0-9a-f]{64})","value":/.exec(text) ?? [];
  if (digest === undefined) {
    parseJson(text);
    throw new SealError("has no digest: it is of an earlier version, or damaged");
  }
  const whole = text.trimEnd();
  const value = whole.slice(head.length, -1);
  if (!whole.endsWith("}") || digestOf(value) !== digest) {
    throw new SealError("is damaged: its digest does not fit");
  }
  return parseJson(value);
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
