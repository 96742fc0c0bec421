import { randomUUID } from "node:crypto";
import type { Mirror } from "./mirror.ts";
import { messageOf } from "./recorder.ts";
import type { Json, WorkspaceMessage } from "./types.ts";

const MAX_USES = 5;
const LIFETIME = 30 * 60_000;
const MAX_KEPT = 1000;

interface Place {
  readonly channel: string;
  readonly user: string;
  readonly until: number;
  uses: number;
  /** The message that `replace_original` replaces. */
  original: WorkspaceMessage | null;
}

/** Addresses by which an app answers an interaction: five times within 30 minutes. */
export interface ResponseUrls {
  make(channel: string, user: string, original: WorkspaceMessage | null): string;
  /** @returns Slack's error, or null when it is done */
  answer(id: string, message: Json): string | null;
}

export function createResponseUrls(
  base: () => string,
  mirror: () => Mirror,
  clock: () => Date,
  nextTs: () => string,
): ResponseUrls {
  const places = new Map<string, Place>();
  return {
    make(channel, user, original) {
      const id = randomUUID();
      places.set(id, { channel, user, original, uses: 0, until: clock().getTime() + LIFETIME });
      for (const oldest of places.keys()) {
        if (places.size <= MAX_KEPT) {
          break;
        }
        places.delete(oldest);
      }
      return `${base()}/response/${id}`;
    },
    answer(id, message) {
      const place = places.get(id);
      if (place === undefined || place.until < clock().getTime()) {
        return "expired_url";
      }
      place.uses += 1;
      if (place.uses > MAX_USES) {
        return "used_url";
      }
      apply(place, message, mirror(), nextTs);
      return null;
    },
  };
}

function apply(place: Place, message: Json, mirror: Mirror, nextTs: () => string): void {
  const { original } = place;
  if (message["delete_original"] === true) {
    if (original !== null) {
      mirror.deleteMessage(original.channel, original.ts);
    }
    return;
  }
  const replaces = message["replace_original"] === true && original !== null;
  const ts = replaces ? original.ts : nextTs();
  const reader = message["response_type"] === "in_channel" ? null : place.user;
  const shown = messageOf(
    { ...message, ts, user: mirror.state().botUser },
    place.channel,
    replaces ? original.ephemeralFor : reader,
  );
  mirror.putMessage({ ...shown, threadTs: replaces ? original.threadTs : shown.threadTs, edited: replaces });
  // Later answers may replace what this one showed.
  place.original = original === null || original.ephemeralFor !== null ? shown : original;
}
