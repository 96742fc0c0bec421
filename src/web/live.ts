import type { ServerResponse } from "node:http";
import type { Topic } from "./sources.ts";

const HEARTBEAT = 15_000;
const GATHER = 1000;
const MAX_VIEWERS = 200;
const MAX_PER_VIEWER = 20;
const MAX_UNSENT = 64_000;

/** Tells open pages what has changed, by server-sent events. */
export interface Live {
  /** Adds a page of a viewer; false when that one, or all together, have too many already. */
  add(response: ServerResponse, viewer: string): boolean;
  changed(topic: Topic): void;
  /** How many pages listen. */
  readonly viewers: number;
  close(): void;
}

/** Changes are gathered for a second, so that a busy minute does not flood the pages. A page that does not read is dropped. */
export function createLive(): Live {
  const viewers = new Map<ServerResponse, string>();
  const waiting = new Set<Topic>();
  let timer: NodeJS.Timeout | null = null;
  const send = (text: string) => {
    for (const viewer of viewers.keys()) {
      if (viewer.writableLength > MAX_UNSENT) {
        viewer.destroy();
      } else {
        viewer.write(text);
      }
    }
  };
  const heartbeat = setInterval(() => send(": still here\n\n"), HEARTBEAT);
  heartbeat.unref();
  return {
    get viewers() {
      return viewers.size;
    },
    add(response, viewer) {
      const own = [...viewers.values()].filter((one) => one === viewer).length;
      if (viewers.size >= MAX_VIEWERS || own >= MAX_PER_VIEWER) {
        return false;
      }
      viewers.set(response, viewer);
      response.on("close", () => viewers.delete(response));
      response.writeHead(200, {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "x-accel-buffering": "no",
      });
      response.write("retry: 2000\n\nevent: hello\ndata: {}\n\n");
      return true;
    },
    changed(topic) {
      waiting.add(topic);
      timer ??= setTimeout(() => {
        timer = null;
        send(`event: changed\ndata: ${JSON.stringify([...waiting])}\n\n`);
        waiting.clear();
      }, GATHER);
      timer.unref();
    },
    close() {
      clearInterval(heartbeat);
      if (timer !== null) {
        clearTimeout(timer);
      }
      for (const viewer of viewers.keys()) {
        viewer.end();
      }
    },
  };
}
