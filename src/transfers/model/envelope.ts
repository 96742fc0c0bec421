import type { RawTransfer } from "./clean.ts";

/**
 * The event inside of what an index or a message broker wraps around it: `data` or `payload`, with the type of the event
 * outside; null for what is no object.
 */
export function unwrapEvent(document: unknown): RawTransfer | null {
  if (!isRecord(document)) {
    return null;
  }
  const inner = [document["_source"], document["data"], document["payload"]].find(isRecord);
  if (inner === undefined) {
    return document;
  }
  const { event_type: type } = document;
  return unwrapEvent(type === undefined || "event_type" in inner ? inner : { ...inner, event_type: type });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
