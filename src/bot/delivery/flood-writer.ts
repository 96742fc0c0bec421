import type { SlackMessage } from "../../store/store.ts";
import { floodMessage, floodTable } from "../messages/flood.ts";
import type { Payload } from "../messages/payload.ts";
import type { FloodGate } from "./flood.ts";
import { PRIORITY } from "./outbox.ts";
import type { Poster } from "./poster.ts";

/**
 * Keeps a flood's summary and the table in its thread up to date. Calls while one is being written are answered by one more
 * write afterwards, so that a thousand alerts do not make a thousand edits.
 */
export function createFloodWriter(
  floods: FloodGate,
  poster: Poster,
  channel: string | undefined,
  webUrl: string | null,
): () => Promise<void> {
  const written = new Map<string, SlackMessage>();
  let writing: Promise<void> | null = null;
  let again = false;

  const put = async (key: string, payload: Payload, threadTs?: string): Promise<SlackMessage | null> => {
    const known = written.get(key);
    if (known !== undefined && (await poster.edit(known, payload, PRIORITY.edit))) {
      return known;
    }
    const posted = await poster.post(
      {
        key,
        groupId: key,
        channel: channel ?? "",
        kind: "summary",
        priority: PRIORITY.alert,
        ...(threadTs === undefined ? {} : { threadTs }),
        ...(known === undefined ? {} : { replaces: known.ts }),
      },
      payload,
    );
    if (posted !== null) {
      written.set(key, posted);
    }
    return posted;
  };

  const write = async (): Promise<void> => {
    do {
      again = false;
      const flood = floods.current();
      if (flood === null || channel === undefined) {
        written.clear();
        return;
      }
      const summary = await put(flood.id, floodMessage(flood, webUrl));
      if (summary !== null) {
        await put(`${flood.id}/table`, floodTable(flood), summary.ts);
      }
    } while (again);
  };

  return () => {
    if (writing === null) {
      writing = write().finally(() => {
        writing = null;
      });
    } else {
      again = true;
    }
    return writing;
  };
}
