import type { ServerResponse } from "node:http";
import type { Topic } from "./sources.ts";

const HEARTBEAT = 15_000;
const GATHER = 1000;
const MAX_VIEWERS = 200;
const MAX_UNSENT = 64_000;

/** Tells open pages what has changed, by server-sent events. */
export interface Live {
  /** Adds a page; false when there are too many already. */
  add(response: ServerResponse): boolean;
  changed(topic: Topic): void;
  /** How many pages listen. */
  readonly viewers: number;
  close(): void;
}

/** Changes are gathered for a second, so that a busy minute does not flood the pages. A page that does not read is dropped. */
export function createLive(): Live {
  const viewers = new Set<ServerResponse>();
  const waiting = new Set<Topic>();
  let timer: NodeJS.Timeout | null = null;
  const send = (text: string) => {
    for (const viewer of viewers) {
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
    add(response) {
      if (viewers.size >= MAX_VIEWERS) {
        return false;
      }
      viewers.add(response);
      response.on("close", () => viewers.delete(response));
      response.writeHead(200, {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store",
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
      for (const viewer of viewers) {
        viewer.end();
      }
    },
  };
}
